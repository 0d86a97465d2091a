import { type Btf, KIND, makeInfo, parseBtf } from '../../src/btf/index.ts'

/** A member of a struct: its name, its type, and where it stands if not after the one before. */
export type MemberToWrite = readonly [name: string, type: number, place?: { bit?: number; bits?: number }]

export interface IntToWrite {
  signed?: boolean
  bool?: boolean
  /** Of old bitfields: where its bits stand in its bytes. */
  offset?: number
  bits?: number
}

const wordSize = 4
const pointerSize = 8
/** Bits of an int's encoding. */
const encodings = { signed: 1, bool: 4 }

/**
 * Writes BTF a type at a time, each method returning the id of the type that it adds. Members without a place stand
 * where a C compiler puts them. A type that refers to one that comes later takes its id from `ahead`.
 */
export class BtfWriter {
  readonly #littleEndian: boolean
  readonly #words: number[] = []
  readonly #strings: Buffer[] = []
  readonly #offsets = new Map<string, number>([['', 0]])
  readonly #firstId: number
  /** Size and alignment by id, as far as known here. */
  readonly #layout = new Map<number, { size: number; align: number }>()
  #stringsEnd: number
  #count = 0

  constructor({ littleEndian = true, base }: { littleEndian?: boolean; base?: Btf } = {}) {
    this.#littleEndian = littleEndian
    this.#firstId = base?.endId ?? 1
    this.#stringsEnd = base === undefined ? 0 : base.firstString + base.strings.length
    if (base === undefined) this.string('\0')
  }

  /** The id that the type after `distance` further ones will have. */
  ahead(distance = 0): number {
    return this.#firstId + this.#count + distance
  }

  /** Adds a string and returns its offset. */
  string(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    const offset = this.#stringsEnd
    const bytes = Buffer.from(text === '\0' ? text : `${text}\0`)
    this.#strings.push(bytes)
    this.#stringsEnd += bytes.length
    this.#offsets.set(text, offset)
    return offset
  }

  /** Adds any type from its words: whatever a hostile file may hold. */
  raw(words: readonly number[]): number {
    for (const word of words) this.#words.push(word)
    this.#count += 1
    return this.ahead(-1)
  }

  int(name: string, size: number, { signed = false, bool = false, offset = 0, bits = size * 8 }: IntToWrite = {}): number {
    const encoding = (signed ? encodings.signed : 0) | (bool ? encodings.bool : 0)
    const word = ((encoding << 24) | (offset << 16) | (bits & 0xff)) >>> 0
    return this.#sized(this.raw([this.string(name), makeInfo(KIND.INT), size, word]), size)
  }

  float(name: string, size: number): number {
    return this.#sized(this.raw([this.string(name), makeInfo(KIND.FLOAT), size]), size)
  }

  ptr(type: number): number {
    return this.#sized(this.#reference(KIND.PTR, type), pointerSize)
  }

  array(element: number, length: number, index = element): number {
    const id = this.raw([0, makeInfo(KIND.ARRAY), 0, element, index, length])
    const { size, align } = this.#layoutOf(element)
    return this.#sized(id, size * length, align)
  }

  struct(name: string, members: readonly MemberToWrite[], size?: number): number {
    return this.#composite(KIND.STRUCT, name, members, size)
  }

  union(name: string, members: readonly MemberToWrite[], size?: number): number {
    return this.#composite(KIND.UNION, name, members, size)
  }

  enum(name: string, values: Readonly<Record<string, number>>, { size = 4, signed = false } = {}): number {
    const entries = Object.entries(values)
    const words = entries.flatMap(([key, value]) => [this.string(key), value >>> 0])
    return this.#sized(this.raw([this.string(name), makeInfo(KIND.ENUM, entries.length, signed), size, ...words]), size)
  }

  enum64(name: string, values: Readonly<Record<string, bigint>>, { signed = false } = {}): number {
    const entries = Object.entries(values)
    const words = entries.flatMap(([key, value]) => [
      this.string(key),
      Number(BigInt.asUintN(32, value)),
      Number(BigInt.asUintN(32, value >> 32n)),
    ])
    return this.#sized(this.raw([this.string(name), makeInfo(KIND.ENUM64, entries.length, signed), 8, ...words]), 8)
  }

  fwd(name: string, { union = false } = {}): number {
    return this.raw([this.string(name), makeInfo(KIND.FWD, 0, union), 0])
  }

  typedef(name: string, type: number): number {
    return this.#alias(this.#reference(KIND.TYPEDEF, type, name), type)
  }

  volatile(type: number): number {
    return this.#alias(this.#reference(KIND.VOLATILE, type), type)
  }

  const(type: number): number {
    return this.#alias(this.#reference(KIND.CONST, type), type)
  }

  restrict(type: number): number {
    return this.#alias(this.#reference(KIND.RESTRICT, type), type)
  }

  typeTag(name: string, type: number): number {
    return this.#alias(this.#reference(KIND.TYPE_TAG, type, name), type)
  }

  func(name: string, prototype: number, linkage = 1): number {
    return this.raw([this.string(name), makeInfo(KIND.FUNC, linkage), prototype])
  }

  /** Parameters by their names, or only their types when they have none. */
  proto(returns: number, params: readonly (number | readonly [name: string, type: number])[] = []): number {
    const words = params.flatMap((param) => (typeof param === 'number' ? [0, param] : [this.string(param[0]), param[1]]))
    return this.raw([0, makeInfo(KIND.FUNC_PROTO, params.length), returns, ...words])
  }

  var(name: string, type: number, linkage = 1): number {
    return this.raw([this.string(name), makeInfo(KIND.VAR), type, linkage])
  }

  datasec(name: string, variables: readonly { type: number; offset: number; size: number }[], size = 0): number {
    const words = variables.flatMap((variable) => [variable.type, variable.offset, variable.size])
    return this.raw([this.string(name), makeInfo(KIND.DATASEC, variables.length), size, ...words])
  }

  declTag(text: string, type: number, component = -1): number {
    return this.raw([this.string(text), makeInfo(KIND.DECL_TAG), type, component >>> 0])
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const strings = Buffer.concat(this.#strings)
    const headerSize = 24
    const typesSize = this.#words.length * wordSize
    const out = new Uint8Array(headerSize + typesSize + strings.length)
    const view = new DataView(out.buffer)
    view.setUint16(0, 0xeb9f, this.#littleEndian)
    view.setUint8(2, 1)
    const header = [headerSize, 0, typesSize, typesSize, strings.length]
    for (const [index, word] of [...header, ...this.#words].entries()) {
      view.setUint32((index + 1) * wordSize, word, this.#littleEndian)
    }
    out.set(strings, headerSize + typesSize)
    return out
  }

  /** What was written, read by the parser under test. */
  parse(file = 'test.btf', base?: Btf): Btf {
    return parseBtf(this.bytes(), { file, ...(base === undefined ? {} : { base }) })
  }

  #reference(kind: number, type: number, name = ''): number {
    return this.raw([this.string(name), makeInfo(kind), type])
  }

  #composite(kind: number, name: string, members: readonly MemberToWrite[], size: number | undefined): number {
    const bitfields = members.some(([, , place]) => place?.bits !== undefined)
    let end = 0
    let largest = 0
    let align = 1
    const words = members.flatMap(([member, type, place = {}]) => {
      const layout = this.#layoutOf(type)
      align = Math.max(align, layout.align)
      const after = kind === KIND.UNION ? 0 : Math.ceil(end / layout.align) * layout.align
      const bit = place.bit ?? after * 8
      end = Math.ceil(bit / 8) + layout.size
      largest = Math.max(largest, end)
      return [this.string(member), type, bitfields ? (((place.bits ?? 0) << 24) | bit) >>> 0 : bit]
    })
    const whole = size ?? Math.ceil(largest / align) * align
    return this.#sized(this.raw([this.string(name), makeInfo(kind, members.length, bitfields), whole, ...words]), whole, align)
  }

  #sized(id: number, size: number, align = Math.min(pointerSize, Math.max(1, size))): number {
    this.#layout.set(id, { size, align })
    return id
  }

  #alias(id: number, type: number): number {
    const { size, align } = this.#layoutOf(type)
    return this.#sized(id, size, align)
  }

  #layoutOf(type: number): { size: number; align: number } {
    return this.#layout.get(type) ?? { size: 0, align: 1 }
  }
}
