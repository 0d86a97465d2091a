import { headWords, KIND, kindFlagOf } from '../kinds.ts'
import { declare, type Spelling } from './declarator.ts'
import type { Layout } from './layout.ts'
import { eachMember } from './members.ts'
import { padding } from './padding.ts'

/** A struct or union with its members at the places that BTF says. The text ends before the semicolon. */
export function compositeText(spelling: Spelling, layout: Layout, id: number, indent: string): string {
  const { types, names } = spelling
  const isStruct = types.kind(id) === KIND.STRUCT
  const inside = `${indent}\t`
  const packed = layout.isPacked(id)
  const alignOf = (type: number) => (packed ? 8 : layout.alignOf(type) * 8)
  let lines = ''
  let end = 0
  let largest = 0
  let afterBitfield = false
  const pad = (to: number, align: number, betweenBitfields: boolean) => {
    // A hostile size would be padded with more text than there is memory.
    spelling.budget.spend(id, (to - end) / 64)
    for (const line of padding({ from: end, to, align, betweenBitfields })) lines += `\n${inside}${line};`
  }
  eachMember(types, id, ({ name, type, bitOffset, bitSize }) => {
    if (isStruct && bitOffset > end) pad(bitOffset, alignOf(type), afterBitfield && bitSize !== 0)
    lines += `\n${inside}${declare(spelling, type, types.text(name, id), inside)}${bitSize === 0 ? '' : `: ${bitSize}`};`
    end = bitOffset + (bitSize === 0 ? layout.sizeOf(type) * 8 : bitSize)
    largest = Math.max(largest, end)
    afterBitfield = bitSize !== 0
  })
  const size = types.third(id) * 8
  const align = alignOf(id)
  if (isStruct && size > end) pad(size, align, false)
  else if (!isStruct && Math.ceil(largest / align) * align < size) lines += `\n${inside}${filler(spelling, id)};`
  const name = names.tag(id)
  const head = `${isStruct ? 'struct' : 'union'} ${name === '' ? '' : `${name} `}{`
  const text = lines === '' ? `${head}}` : `${head}${lines}\n${indent}}`
  return packed ? `${text} __attribute__((packed))` : text
}

/** Makes a union as large as it is where its members are not: BTF may lack some, and the source may have aligned it. */
function filler({ types, budget }: Spelling, id: number): string {
  const size = types.third(id)
  budget.spend(id, size / 8)
  const lines = padding({ from: 0, to: size * 8, align: 8, betweenBitfields: false })
  return lines.length === 1 ? (lines[0] ?? '') : `struct { ${lines.map((line) => `${line};`).join(' ')} }`
}

/** An enum with its constants. The text ends before the semicolon. */
export function enumText({ types, names }: Spelling, id: number, indent: string): string {
  const { words } = types
  const name = names.tag(id)
  const head = name === '' ? 'enum' : `enum ${name}`
  const count = types.count(id)
  // Only declared: the constants were not known.
  if (count === 0) return head
  const start = types.start(id)
  const signed = kindFlagOf(words[start + 1] ?? 0)
  const is64 = types.kind(id) === KIND.ENUM64
  let lines = ''
  let isWide = false
  for (let index = 0; index < count; index += 1) {
    const at = start + headWords + index * (is64 ? 3 : 2)
    const low = words[at + 1] ?? 0
    const high = is64 ? (words[at + 2] ?? 0) : 0
    const value = is64 ? wide(low, high, signed) : `${signed ? low | 0 : low}`
    lines += `\n${indent}\t${names.enumerator(types.text(words[at] ?? 0, id))} = ${value},`
    // Neither an int nor an unsigned int holds it.
    isWide ||= high !== 0 && !(signed && high === 0xffff_ffff && low >= 0x8000_0000)
  }
  return `${head} {${lines}\n${indent}}${mode(types.third(id), isWide)}`
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
