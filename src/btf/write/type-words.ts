import { KIND, makeInfo } from '../kinds.ts'
import type { BtfMember, BtfType } from '../types.ts'

/** A type that has no id yet. */
export type NewBtfType = BtfType extends infer T ? (T extends { kind: 'void' } ? never : Omit<T, 'id'>) : never

/** Names in BTF are offsets of strings: `nameAt` puts a string there and tells its place. */
type NameAt = (text: string) => number

/** The words of a type as linux/btf.h lays them out. Throws a `RangeError` for numbers that they have no room for. */
export function typeWords(type: NewBtfType, nameAt: NameAt): number[] {
  const head = (kind: number, third: number, vlen = 0, flag = false): number[] => [
    nameAt(type.name),
    makeInfo(kind, fits(vlen, 0xffff, `elements of ${type.kind} "${type.name}"`), flag),
    third,
  ]
  switch (type.kind) {
    case 'int': {
      // ABI: encoding in bits 24-27 (signed 1, bool 4), offset in 16-23, bits in 0-7.
      const encoding = (type.signed ? 1 : 0) | (type.bool ? 4 : 0)
      const bits = fits(type.bits, 0xff, `bits of int "${type.name}"`)
      const offset = fits(type.bitOffset, 0xff, `the bit offset of int "${type.name}"`)
      return [...head(KIND.INT, type.size), ((encoding << 24) | (offset << 16) | bits) >>> 0]
    }
    case 'float':
      return head(KIND.FLOAT, type.size)
    case 'ptr':
      return head(KIND.PTR, type.type)
    case 'array':
      return [...head(KIND.ARRAY, 0), type.element, type.index, type.length]
    case 'struct':
    case 'union': {
      const flag = type.members.some(({ bitSize }) => bitSize > 0)
      const first = head(type.kind === 'struct' ? KIND.STRUCT : KIND.UNION, type.size, type.members.length, flag)
      return [...first, ...type.members.flatMap((member) => [nameAt(member.name), member.type, place(member, flag)])]
    }
    case 'enum': {
      const first = head(KIND.ENUM, type.size, type.values.length, type.signed)
      return [...first, ...type.values.flatMap(({ name, value }) => [nameAt(name), low(value)])]
    }
    case 'enum64': {
      const first = head(KIND.ENUM64, type.size, type.values.length, type.signed)
      return [...first, ...type.values.flatMap(({ name, value }) => [nameAt(name), low(value), low(value >> 32n)])]
    }
    case 'fwd':
      return head(KIND.FWD, 0, 0, type.union)
    case 'typedef':
      return head(KIND.TYPEDEF, type.type)
    case 'volatile':
      return head(KIND.VOLATILE, type.type)
    case 'const':
      return head(KIND.CONST, type.type)
    case 'restrict':
      return head(KIND.RESTRICT, type.type)
    case 'type_tag':
      return head(KIND.TYPE_TAG, type.type)
    case 'func':
      return head(KIND.FUNC, type.type, type.linkage)
    case 'func_proto': {
      const first = head(KIND.FUNC_PROTO, type.returns, type.params.length)
      return [...first, ...type.params.flatMap((param) => [nameAt(param.name), param.type])]
    }
    case 'var':
      return [...head(KIND.VAR, type.type), type.linkage]
    case 'datasec': {
      const first = head(KIND.DATASEC, type.size, type.variables.length)
      return [...first, ...type.variables.flatMap((variable) => [variable.type, variable.offset, variable.size])]
    }
    case 'decl_tag':
      return [...head(KIND.DECL_TAG, type.type), type.component >>> 0]
  }
}

const low = (value: bigint): number => Number(BigInt.asUintN(32, value))

// ABI: where a struct has bitfields, the top byte of each member's offset holds its width.
function place({ name, bitOffset, bitSize }: BtfMember, flag: boolean): number {
  if (!flag) return fits(bitOffset, 0xffff_ffff, `the offset of member "${name}"`)
  const offset = fits(bitOffset, 0xff_ffff, `the offset of member "${name}", in a struct with bitfields`)
  return ((fits(bitSize, 0xff, `the width of member "${name}"`) << 24) | offset) >>> 0
}

function fits(value: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value
  throw new RangeError(`BTF has room for ${what} up to ${most}, not ${value}`)
}
