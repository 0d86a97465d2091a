import { UsageError } from '../../errors/index.ts'
import type { Btf } from '../btf.ts'
import { isBitfield } from '../layout.ts'
import type { BtfMember, BtfType } from '../types.ts'
import { array, text } from './array.ts'
import { composite, type Field } from './composite.ts'
import { type BtfValue, Misfit, type Part } from './part.ts'
import { bitfield, boolean, enumeration, float, integer, opaque, plain, type Scalar } from './scalar.ts'

const pointer = integer({ size: 8, signed: false })
/** As deep as a kernel lets types contain each other. */
const deepest = 32
/** Members, those of members counted: many more than any real type has. */
const heaviest = 100_000
const widestInteger = 16

/** Encodes and decodes the values of one type. See `BtfValue` for what they are here. */
export class ValueCodec {
  readonly #part: Part
  readonly #name: string

  /** Use `codecOf`. */
  constructor(part: Part, name: string) {
    this.#part = part
    this.#name = name
  }

  /** Bytes; of a type with a flexible array those before it. */
  get size(): number {
    return this.#part.size
  }

  /** Reads a value. All bytes belong to it: those beyond its size are the flexible array's, or are not looked at. */
  decode(bytes: Uint8Array): BtfValue {
    return this.decodeAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.byteLength)
  }

  /** Reads a value of `length` bytes inside a larger view. */
  decodeAt(view: DataView, at: number, length: number): BtfValue {
    if (length < this.#part.size) {
      throw new UsageError(`${this.#name}: a value of ${this.#part.size} bytes, not of ${length}`)
    }
    return this.#part.read(view, at, at + length)
  }

  /**
   * Writes a value. Members that are not given are zero, as in C. Throws a `UsageError` that names the place of what
   * does not fit: `value.member[3]: …`.
   */
  encode(value: unknown, name = 'value'): Uint8Array<ArrayBuffer> {
    try {
      const bytes = new Uint8Array(this.#part.sizeOf(value))
      this.#part.write(new DataView(bytes.buffer), 0, value)
      return bytes
    } catch (error) {
      if (error instanceof Misfit) throw new UsageError(`${name}${error.path}: expected ${error.message}`)
      throw error
    }
  }
}

const known = new WeakMap<Btf, Map<string, ValueCodec>>()

/**
 * The codec of a type, made once. `littleEndian` is the order of the bytes, the BTF's own unless it is given. Throws an
 * `ObjectError` for a type that has no values.
 */
export function codecOf(btf: Btf, type: number, littleEndian = btf.littleEndian): ValueCodec {
  const codecs = known.get(btf) ?? new Map<string, ValueCodec>()
  known.set(btf, codecs)
  const key = `${type} ${littleEndian}`
  const codec = codecs.get(key) ?? new ValueCodec(new Builder(btf, littleEndian).part(type, true), btf.name(type) || `type ${type}`)
  codecs.set(key, codec)
  return codec
}

class Builder {
  readonly #btf: Btf
  readonly #littleEndian: boolean
  readonly #parts = new Map<string, Part>()
  #depth = 0
  #members = 0

  constructor(btf: Btf, littleEndian: boolean) {
    this.#btf = btf
    this.#littleEndian = littleEndian
  }

  /** `last`: nothing follows it, so that an array without a length may take what is left. */
  part(id: number, last: boolean): Part {
    const type = this.#btf.resolved(id)
    const key = `${type.id} ${last}`
    const done = this.#parts.get(key)
    if (done !== undefined) return done
    this.#depth += 1
    if (this.#depth > deepest) this.#btf.fail(id, `types that contain each other at most ${deepest} deep`)
    const part = this.#make(type, last)
    if (part.weight > heaviest) this.#btf.fail(id, `a type of at most ${heaviest} members`)
    this.#depth -= 1
    this.#parts.set(key, part)
    return part
  }

  #make(type: BtfType, last: boolean): Part {
    switch (type.kind) {
      case 'int':
      case 'enum':
      case 'enum64':
      case 'ptr':
        return plain(this.#scalar(type), this.#littleEndian)
      case 'float':
        return type.size === 4 || type.size === 8 ? float(type.size, this.#littleEndian) : opaque(type.size)
      case 'array': {
        const flexible = type.length === 0 && last
        if (this.#isChar(type.element)) return text(type.length, flexible)
        const element = this.part(type.element, false)
        return array(element, type.length, flexible && element.size > 0)
      }
      case 'struct':
      case 'union': {
        const { list, overlapping } = this.#fields(type, 0, last)
        const beyond = list.find(({ at, part }) => at + part.size > type.size)
        if (beyond !== undefined) this.#btf.fail(type.id, `members inside its ${type.size} bytes, unlike "${beyond.name}"`)
        return composite(type.size, list, overlapping)
      }
      case 'datasec': {
        const fields = type.variables.map(({ type: variable, offset }): Field => {
          return { name: this.#nameOf(type, this.#btf.name(variable)), at: offset, part: this.part(variable, false), last: false }
        })
        // The compiler leaves the size of a section to the linker.
        const size = fields.reduce((end, { at, part }) => Math.max(end, at + part.size), type.size)
        return composite(size, fields, false)
      }
      case 'var':
        return this.part(type.type, false)
      default:
        return this.#btf.fail(type.id, `a type whose values can be written down, not ${type.kind} "${type.name}"`)
    }
  }

  #fields(type: Extract<BtfType, { members: unknown }>, base: number, last: boolean): { list: Field[]; overlapping: boolean } {
    const list: Field[] = []
    let overlapping = type.kind === 'union'
    for (const [index, member] of type.members.entries()) {
      const atEnd = last && (type.kind === 'union' || index === type.members.length - 1)
      const inner = this.#btf.resolved(member.type)
      this.#members += 1
      if (this.#members > heaviest) this.#btf.fail(type.id, `a type of at most ${heaviest} members`)
      if (member.name !== '') {
        list.push({ ...this.#place(type, member, base, atEnd), name: this.#nameOf(type, member.name), last: atEnd })
      } else if (inner.kind === 'struct' || inner.kind === 'union') {
        this.#depth += 1
        if (this.#depth > deepest) this.#btf.fail(type.id, `types that contain each other at most ${deepest} deep`)
        const nested = this.#fields(inner, base + this.#byteOf(type, member), atEnd)
        this.#depth -= 1
        list.push(...nested.list)
        overlapping ||= nested.overlapping
      }
    }
    return { list, overlapping }
  }

  /** Every name but one can be that of a member of an object in JavaScript. */
  #nameOf(type: BtfType, name: string): string {
    return name === '__proto__' ? this.#btf.fail(type.id, 'members with other names than __proto__') : name
  }

  /** Bits are counted from the start of the struct that has them, which begins at a whole byte. */
  #place(within: BtfType, member: BtfMember, base: number, last: boolean): { at: number; part: Part } {
    if (!isBitfield(this.#btf, member)) {
      return { at: base + this.#byteOf(within, member), part: this.part(member.type, last) }
    }
    const type = this.#btf.resolved(member.type)
    if (type.kind !== 'int' && type.kind !== 'enum' && type.kind !== 'enum64') {
      return this.#btf.fail(member.type, `an integer or enum as the type of the bitfield "${member.name}"`)
    }
    const first = member.bitOffset >>> 3
    const scalar = this.#scalar(type)
    return { at: base + first, part: bitfield(scalar, member.bitOffset & 7, member.bitSize, this.#littleEndian) }
  }

  #byteOf({ id }: BtfType, { name, bitOffset }: BtfMember): number {
    return bitOffset % 8 === 0 ? bitOffset / 8 : this.#btf.fail(id, `its member "${name}" at a whole byte, not at bit ${bitOffset}`)
  }

  #scalar(type: Extract<BtfType, { kind: 'int' | 'enum' | 'enum64' | 'ptr' }>): Scalar {
    if (type.kind === 'ptr') return pointer
    if (type.size > widestInteger || type.size === 0) {
      this.#btf.fail(type.id, `an integer of 1 to ${widestInteger} bytes, not of ${type.size}`)
    }
    if (type.kind !== 'int') return enumeration(type)
    if (type.bits === 0 || type.bitOffset + type.bits > type.size * 8) {
      this.#btf.fail(type.id, `an integer whose ${type.bits} bits stand in its ${type.size} bytes`)
    }
    return type.bool ? boolean(type) : integer(type)
  }

  /** Plain `char` is text; `signed char` and `unsigned char` are numbers, as `s8` and `u8` are made of them. */
  #isChar(id: number): boolean {
    const type = this.#btf.resolved(id)
    return type.kind === 'int' && type.name === 'char' && type.size === 1
  }
}
