import * as fc from 'fast-check'
import { type BtfType, KIND, makeInfo } from '../../src/btf/index.ts'
import type { BtfWriter } from './btf-writer.ts'

/** A type without its id. */
export type TypeToWrite = BtfType extends infer T ? (T extends { id: number } ? Omit<T, 'id'> : never) : never

const plain = { noNullPrototype: true } as const
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0') && text.isWellFormed())
const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffff_ffff)
const s32 = fc.integer()
/** Small, so that types refer to each other. */
const type = fc.nat(40)
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, plain)

const enumeration = <K extends 'enum' | 'enum64'>(kind: K, bits: number) =>
  fc.boolean().chain((signed) => {
    const range = signed
      ? { min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits - 1)) - 1n }
      : { min: 0n, max: (1n << BigInt(bits)) - 1n }
    const values = fc.array(record({ name, value: fc.bigInt(range) }), { maxLength: 5 })
    return record({ kind: fc.constant(kind), name, size: u32, signed: fc.constant(signed), values })
  })

/** Members with bitfields have 24 bits for their place, others 32. */
const members = fc.oneof(
  fc.array(record({ name, type, bitOffset: u32, bitSize: fc.constant(0) }), { maxLength: 5 }),
  fc.array(record({ name, type, bitOffset: fc.nat(0xff_ffff), bitSize: u8 }), { minLength: 1, maxLength: 5 }),
)

/** Any of the 19 kinds, with any numbers. */
export const anyType: fc.Arbitrary<TypeToWrite> = fc.oneof(
  record({ kind: fc.constant('int' as const), name, size: u32, bits: u8, bitOffset: u8, signed: fc.boolean(), bool: fc.boolean() }),
  record({ kind: fc.constant('float' as const), name, size: u32 }),
  record({ kind: fc.constant('ptr' as const), name, type }),
  record({ kind: fc.constant('array' as const), name, element: type, index: type, length: u32 }),
  record({ kind: fc.constantFrom('struct' as const, 'union' as const), name, size: u32, members }),
  enumeration('enum', 32),
  enumeration('enum64', 64),
  record({ kind: fc.constant('fwd' as const), name, union: fc.boolean() }),
  record({ kind: fc.constantFrom('typedef' as const, 'type_tag' as const), name, type }),
  record({ kind: fc.constantFrom('volatile' as const, 'const' as const, 'restrict' as const), name, type }),
  record({ kind: fc.constant('func' as const), name, type, linkage: u16 }),
  record({ kind: fc.constant('func_proto' as const), name, returns: type, params: fc.array(record({ name, type }), { maxLength: 5 }) }),
  record({ kind: fc.constant('var' as const), name, type, linkage: u32 }),
  record({
    kind: fc.constant('datasec' as const),
    name,
    size: u32,
    variables: fc.array(record({ type, offset: u32, size: u32 }), { maxLength: 5 }),
  }),
  record({ kind: fc.constant('decl_tag' as const), name, type, component: s32 }),
)

/** The words of a type as linux/btf.h has them, by nothing but that header. */
export function writeType(into: BtfWriter, written: TypeToWrite): number {
  const text = (string: string) => into.string(string)
  const head = (kind: number, third: number, vlen = 0, flag = false) => [text(written.name), makeInfo(kind, vlen, flag), third]
  switch (written.kind) {
    case 'void':
      return 0
    case 'int': {
      const encoding = (written.signed ? 1 : 0) | (written.bool ? 4 : 0)
      return into.raw([...head(KIND.INT, written.size), ((encoding << 24) | (written.bitOffset << 16) | written.bits) >>> 0])
    }
    case 'float':
      return into.raw([...head(KIND.FLOAT, written.size)])
    case 'array':
      return into.raw([...head(KIND.ARRAY, 0), written.element, written.index, written.length])
    case 'struct':
    case 'union': {
      const flag = written.members.some(({ bitSize }) => bitSize > 0)
      return into.raw([
        ...head(written.kind === 'struct' ? KIND.STRUCT : KIND.UNION, written.size, written.members.length, flag),
        ...written.members.flatMap((member) => [text(member.name), member.type, ((member.bitSize << 24) | member.bitOffset) >>> 0]),
      ])
    }
    case 'enum':
      return into.raw([
        ...head(KIND.ENUM, written.size, written.values.length, written.signed),
        ...written.values.flatMap(({ name: key, value }) => [text(key), Number(BigInt.asUintN(32, value))]),
      ])
    case 'enum64':
      return into.raw([
        ...head(KIND.ENUM64, written.size, written.values.length, written.signed),
        ...written.values.flatMap(({ name: key, value }) => [
          text(key),
          Number(BigInt.asUintN(32, value)),
          Number(BigInt.asUintN(32, value >> 32n)),
        ]),
      ])
    case 'fwd':
      return into.raw([...head(KIND.FWD, 0, 0, written.union)])
    case 'func':
      return into.raw([...head(KIND.FUNC, written.type, written.linkage)])
    case 'func_proto':
      return into.raw([
        ...head(KIND.FUNC_PROTO, written.returns, written.params.length),
        ...written.params.flatMap((param) => [text(param.name), param.type]),
      ])
    case 'var':
      return into.raw([...head(KIND.VAR, written.type), written.linkage])
    case 'datasec':
      return into.raw([
        ...head(KIND.DATASEC, written.size, written.variables.length),
        ...written.variables.flatMap((variable) => [variable.type, variable.offset, variable.size]),
      ])
    case 'decl_tag':
      return into.raw([...head(KIND.DECL_TAG, written.type), written.component >>> 0])
    case 'ptr':
      return into.raw([...head(KIND.PTR, written.type)])
    case 'typedef':
      return into.raw([...head(KIND.TYPEDEF, written.type)])
    case 'volatile':
      return into.raw([...head(KIND.VOLATILE, written.type)])
    case 'const':
      return into.raw([...head(KIND.CONST, written.type)])
    case 'restrict':
      return into.raw([...head(KIND.RESTRICT, written.type)])
    case 'type_tag':
      return into.raw([...head(KIND.TYPE_TAG, written.type)])
  }
}
