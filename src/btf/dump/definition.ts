import { sizeOf } from '../layout.ts'
import type { BtfEnumerator, BtfType } from '../types.ts'
import { type Alignments, type Composite, placeOf } from './alignment.ts'
import { declare, type Spelling } from './declarator.ts'
import { padding } from './padding.ts'

type Enum = Extract<BtfType, { values: unknown }>

/** A struct or union with its members at the places that BTF says. The text ends before the semicolon. */
export function compositeText(spelling: Spelling, alignments: Alignments, type: Composite, indent: string): string {
  const { btf, names } = spelling
  const inside = `${indent}\t`
  const packed = alignments.isPacked(type)
  const alignOf = (id: number) => (packed ? 8 : alignments.of(id) * 8)
  let lines = ''
  let end = 0
  let largest = 0
  let afterBitfield = false
  const pad = (to: number, align: number, betweenBitfields: boolean) => {
    if (end >= to) return
    // A hostile size would be padded with more text than there is memory.
    spelling.budget.spend(type.id, (to - end) / 64)
    for (const line of padding({ from: end, to, align, betweenBitfields })) lines += `\n${inside}${line};`
  }
  for (const member of type.members) {
    const { offset, bits } = placeOf(btf, member)
    if (type.kind === 'struct') pad(offset, alignOf(member.type), afterBitfield && bits !== 0)
    lines += `\n${inside}${declare(spelling, member.type, member.name, inside)}${bits === 0 ? '' : `: ${bits}`};`
    end = offset + (bits === 0 ? sizeOf(btf, member.type) * 8 : bits)
    largest = Math.max(largest, end)
    afterBitfield = bits !== 0
  }
  const align = alignOf(type.id)
  if (type.kind === 'struct') pad(type.size * 8, align, false)
  else if (Math.ceil(largest / align) * align < type.size * 8) lines += `\n${inside}${filler(spelling, type)};`
  const head = `${type.kind} ${type.name === '' ? '' : `${names.tag(type.id)} `}{`
  const text = lines === '' ? `${head}}` : `${head}${lines}\n${indent}}`
  return packed ? `${text} __attribute__((packed))` : text
}

/** Makes a union as large as it is where its members are not: BTF may lack some, and the source may have aligned it. */
function filler(spelling: Spelling, { id, size }: Composite): string {
  spelling.budget.spend(id, size / 8)
  const lines = padding({ from: 0, to: size * 8, align: 8, betweenBitfields: false })
  return lines.length === 1 ? (lines[0] ?? '') : `struct { ${lines.map((line) => `${line};`).join(' ')} }`
}

/** An enum with its constants. The text ends before the semicolon. */
export function enumText(spelling: Spelling, type: Enum, indent: string): string {
  const { names } = spelling
  const head = type.name === '' ? 'enum' : `enum ${names.tag(type.id)}`
  // Only declared: the constants were not known.
  if (type.values.length === 0) return head
  let text = `${head} {`
  for (const value of type.values) {
    text += `\n${indent}\t${names.enumerator(value.name)} = ${value.value}${suffix(type)},`
  }
  return `${text}\n${indent}}${mode(type)}`
}

const suffix = (type: Enum): string => {
  if (type.kind === 'enum') return ''
  return type.signed ? 'LL' : 'ULL'
}

/** An enum has the size of an int unless its constants need more; any other was asked for. */
function mode(type: Enum): string {
  const isWide = ({ value }: BtfEnumerator) => BigInt.asIntN(32, value) !== value && BigInt.asUintN(32, value) !== value
  if (type.size === 1) return ' __attribute__((mode(byte)))'
  if (type.size === 2) return ' __attribute__((mode(HI)))'
  return type.size === 8 && !type.values.some(isWide) ? ' __attribute__((mode(word)))' : ''
}
