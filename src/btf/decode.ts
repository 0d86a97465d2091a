import { fixedWords, headWords, kindFlagOf, kindNames, kindOf, vlenOf } from './kinds.ts'
import type { BtfType } from './types.ts'

/** The bytes of a BTF's types, and what is needed to read them. */
interface TypeSource {
  readonly words: Uint32Array
  /** The string at an offset; `user` is the type that names it. */
  string(offset: number, user: number): string
  /** Throws an error about a type. */
  fail(id: number, expected: string): never
}

/** Decodes the type that begins at word `start`. `scanTypes` has seen that it lies inside the words. */
export function decodeType(btf: TypeSource, id: number, start: number): BtfType {
  const word = (offset: number) => btf.words[start + offset] ?? 0
  const text = (offset: number) => btf.string(word(offset), id)
  const info = word(1)
  const name = text(0)
  const flag = kindFlagOf(info)
  const kind = kindNames[kindOf(info)] ?? btf.fail(id, 'a known kind')

  /** Decodes the elements, each of `words` words, that follow the head. */
  const elements = <T>(words: number, decode: (at: number) => T): T[] => {
    const first = headWords + (fixedWords[kindOf(info)] ?? 0)
    return Array.from({ length: vlenOf(info) }, (_, index) => decode(first + index * words))
  }

  switch (kind) {
    case 'void':
      return btf.fail(id, 'a kind other than 0')
    case 'int': {
      // ABI: encoding in bits 24-27 (signed 1, char 2, bool 4), offset in 16-23, bits in 0-7.
      const encoding = word(3) >>> 24
      const bits = word(3) & 0xff
      const signed = (encoding & 1) !== 0
      return { kind, id, name, size: word(2), bits, bitOffset: (word(3) >>> 16) & 0xff, signed, bool: (encoding & 4) !== 0 }
    }
    case 'float':
      return { kind, id, name, size: word(2) }
    case 'array':
      return { kind, id, name, element: word(3), index: word(4), length: word(5) }
    case 'struct':
    case 'union': {
      // ABI: with kind_flag a member's offset word holds the size of the bitfield in its top byte.
      const members = elements(3, (at) => ({
        name: text(at),
        type: word(at + 1),
        bitOffset: flag ? word(at + 2) & 0xff_ffff : word(at + 2),
        bitSize: flag ? word(at + 2) >>> 24 : 0,
      }))
      return { kind, id, name, size: word(2), members }
    }
    case 'enum': {
      const value = (at: number) => BigInt(flag ? word(at) | 0 : word(at))
      return { kind, id, name, size: word(2), signed: flag, values: elements(2, (at) => ({ name: text(at), value: value(at + 1) })) }
    }
    case 'enum64': {
      const value = (at: number) => (BigInt(word(at + 1)) << 32n) | BigInt(word(at))
      const values = elements(3, (at) => ({
        name: text(at),
        value: flag ? BigInt.asIntN(64, value(at + 1)) : value(at + 1),
      }))
      return { kind, id, name, size: word(2), signed: flag, values }
    }
    case 'fwd':
      return { kind, id, name, union: flag }
    case 'ptr':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type_tag':
      return { kind, id, name, type: word(2) }
    case 'func':
      return { kind, id, name, type: word(2), linkage: vlenOf(info) }
    case 'func_proto':
      return { kind, id, name, returns: word(2), params: elements(2, (at) => ({ name: text(at), type: word(at + 1) })) }
    case 'var':
      return { kind, id, name, type: word(2), linkage: word(3) }
    case 'datasec': {
      const variables = elements(3, (at) => ({ type: word(at), offset: word(at + 1), size: word(at + 2) }))
      return { kind, id, name, size: word(2), variables }
    }
    case 'decl_tag':
      return { kind, id, name, type: word(2), component: word(3) | 0 }
  }
}
