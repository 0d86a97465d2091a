import { headWords, KIND, kindFlagOf } from '../kinds.ts'
import type { Declarator, Writing } from './declarator.ts'
import type { Layout } from './layout.ts'
import { eachMember } from './members.ts'
import { padding } from './padding.ts'

/** A new line, indented by the depth. */
const lineAt = (depth: number): string => newLines[depth] ?? `\n${'\t'.repeat(depth)}`
const newLines = Array.from({ length: 16 }, (_, depth) => `\n${'\t'.repeat(depth)}`)

/** Writes a struct or union with its members at the places that BTF says, without the semicolon. */
export function writeComposite(writing: Writing, declarator: Declarator, layout: Layout, id: number, depth: number): void {
  const { types, names, out, budget } = writing
  const isStruct = types.kind(id) === KIND.STRUCT
  const line = lineAt(depth + 1)
  const packed = layout.isPacked(id)
  const alignOf = (type: number) => (packed ? 8 : layout.alignOf(type) * 8)
  let end = 0
  let largest = 0
  let afterBitfield = false
  out.put(isStruct ? 'struct ' : 'union ')
  const name = names.tag(id)
  out.putName(types.pool, name)
  out.put(name === 0 ? '{' : ' {')
  const empty = out.length
  const pad = (to: number, align: number, betweenBitfields: boolean) => {
    // A hostile size would be padded with more text than there is memory.
    budget.spend(id, (to - end) / 64)
    for (const text of padding({ from: end, to, align, betweenBitfields })) {
      out.put(line)
      out.put(text)
      out.put(';')
    }
  }
  eachMember(types, id, (member) => {
    const { type, bitOffset, bitSize } = member
    if (isStruct && bitOffset > end) pad(bitOffset, alignOf(type), afterBitfield && bitSize !== 0)
    out.put(line)
    declarator.write(type, types.checked(member.name, id), depth + 1)
    if (bitSize !== 0) {
      out.put(': ')
      out.put(String(bitSize))
    }
    out.put(';')
    end = bitOffset + (bitSize === 0 ? layout.sizeOf(type) * 8 : bitSize)
    largest = Math.max(largest, end)
    afterBitfield = bitSize !== 0
  })
  const size = types.third(id) * 8
  const align = alignOf(id)
  if (isStruct && size > end) pad(size, align, false)
  else if (!isStruct && Math.ceil(largest / align) * align < size) out.put(`${line}${filler(writing, id)};`)
  if (out.length !== empty) out.put(lineAt(depth))
  out.put('}')
  if (packed) out.put(' __attribute__((packed))')
}

/** Makes a union as large as it is where its members are not: BTF may lack some, and the source may have aligned it. */
function filler({ types, budget }: Writing, id: number): string {
  const size = types.third(id)
  budget.spend(id, size / 8)
  const lines = padding({ from: 0, to: size * 8, align: 8, betweenBitfields: false })
  return lines.length === 1 ? (lines[0] ?? '') : `struct { ${lines.map((line) => `${line};`).join(' ')} }`
}

/** Writes an enum with its constants, without the semicolon. */
export function writeEnum({ types, names, out }: Writing, id: number, depth: number): void {
  const { words } = types
  const name = names.tag(id)
  const count = types.count(id)
  out.put(name === 0 ? 'enum' : 'enum ')
  out.putName(types.pool, name)
  // Only declared: the constants were not known.
  if (count === 0) return
  const start = types.start(id)
  const signed = kindFlagOf(words[start + 1] ?? 0)
  const is64 = types.kind(id) === KIND.ENUM64
  const line = lineAt(depth + 1)
  let isWide = false
  out.put(' {')
  for (let index = 0; index < count; index += 1) {
    const at = start + headWords + index * (is64 ? 3 : 2)
    const low = words[at + 1] ?? 0
    const high = is64 ? (words[at + 2] ?? 0) : 0
    out.put(line)
    out.putName(types.pool, names.enumerator(types.checked(words[at] ?? 0, id)))
    out.put(' = ')
    out.put(is64 ? wide(low, high, signed) : String(signed ? low | 0 : low))
    out.put(',')
    // Neither an int nor an unsigned int holds it.
    isWide ||= high !== 0 && !(signed && high === 0xffff_ffff && low >= 0x8000_0000)
  }
  out.put(lineAt(depth))
  out.put('}')
  out.put(mode(types.third(id), isWide))
}

function wide(low: number, high: number, signed: boolean): string {
  const value = (BigInt(high) << 32n) | BigInt(low)
  return signed ? `${BigInt.asIntN(64, value)}LL` : `${value}ULL`
}

/** An enum has the size of an int unless its constants need more; any other was asked for. */
function mode(size: number, isWide: boolean): string {
  if (size === 1) return ' __attribute__((mode(byte)))'
  if (size === 2) return ' __attribute__((mode(HI)))'
  return size === 8 && !isWide ? ' __attribute__((mode(word)))' : ''
}
