import type { Btf } from '../btf.ts'
import { parseBtf } from '../parse.ts'
import type { BtfEnumerator, BtfMember, BtfParam, BtfVarInfo } from '../types.ts'
import { encodeSections } from './encode.ts'
import { type NewBtfType, typeWords } from './type-words.ts'

/** A member whose `bitSize` may be left out when it is no bitfield. */
type NewMember = Omit<BtfMember, 'bitSize'> & { bitSize?: number }

interface IntOptions {
  signed?: boolean
  bool?: boolean
  /** Its width when that is not all of its bytes. */
  bits?: number
}

/**
 * Builds BTF from nothing, or split BTF on a base. Each method adds a type and returns its id. A type that refers to a
 * later one takes its id from `nextId`, or is added as it will do and replaced. Equal strings are stored once.
 */
export class BtfBuilder {
  readonly #base: Btf | undefined
  readonly #firstId: number
  readonly #starts: number[] = []
  readonly #offsets = new Map<string, number>([['', 0]])
  readonly #strings: Buffer[] = []
  #stringsEnd: number
  #words = new Uint32Array(256)
  #end = 0

  constructor(base?: Btf) {
    this.#base = base
    this.#firstId = base?.endId ?? 1
    this.#stringsEnd = base === undefined ? 1 : base.firstString + base.strings.length
    if (base === undefined) this.#strings.push(Buffer.alloc(1))
  }

  /** The id that the next type will have. */
  get nextId(): number {
    return this.#firstId + this.#starts.length
  }

  /** Adds a string, once, and returns its offset. */
  addString(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    if (text.includes('\0')) throw new RangeError('a name in BTF has no zero byte in it')
    const offset = this.#stringsEnd
    const bytes = Buffer.from(`${text}\0`)
    this.#strings.push(bytes)
    this.#stringsEnd += bytes.length
    this.#offsets.set(text, offset)
    return offset
  }

  /** Adds a type as `Btf.type` gives it. */
  add(type: NewBtfType): number {
    return this.addWords(typeWords(type, (text) => this.addString(text)))
  }

  /** Puts a type in the place of one of the same kind and number of elements. */
  replace(id: number, type: NewBtfType): void {
    const index = id - this.#firstId
    const start = this.#starts[index]
    const words = typeWords(type, (text) => this.addString(text))
    const length = (this.#starts[index + 1] ?? this.#end) - (start ?? 0)
    if (start === undefined || length !== words.length) throw new RangeError(`type ${id} has no room for this ${type.kind}`)
    this.#words.set(words, start)
  }

  /** Adds a type from its words, as linux/btf.h has them. */
  addWords(words: ArrayLike<number>): number {
    this.#starts.push(this.#end)
    const end = this.#end + words.length
    if (end > this.#words.length) {
      const larger = new Uint32Array(Math.max(end, this.#words.length * 2))
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words.set(words, this.#end)
    this.#end = end
    return this.nextId - 1
  }

  int(name: string, size: number, { signed = false, bool = false, bits = size * 8 }: IntOptions = {}): number {
    return this.add({ kind: 'int', name, size, bits, bitOffset: 0, signed, bool })
  }

  float(name: string, size: number): number {
    return this.add({ kind: 'float', name, size })
  }

  ptr(type: number): number {
    return this.add({ kind: 'ptr', name: '', type })
  }

  /** `index` is the type of the array's indexes, which nobody reads but which has to be an integer. */
  array(element: number, length: number, index: number): number {
    return this.add({ kind: 'array', name: '', element, index, length })
  }

  struct(name: string, size: number, members: readonly NewMember[]): number {
    return this.add({ kind: 'struct', name, size, members: members.map(whole) })
  }

  union(name: string, size: number, members: readonly NewMember[]): number {
    return this.add({ kind: 'union', name, size, members: members.map(whole) })
  }

  enum(name: string, values: readonly BtfEnumerator[], { size = 4, signed = false } = {}): number {
    return this.add({ kind: 'enum', name, size, signed, values })
  }

  enum64(name: string, values: readonly BtfEnumerator[], { size = 8, signed = false } = {}): number {
    return this.add({ kind: 'enum64', name, size, signed, values })
  }

  fwd(name: string, { union = false } = {}): number {
    return this.add({ kind: 'fwd', name, union })
  }

  typedef(name: string, type: number): number {
    return this.add({ kind: 'typedef', name, type })
  }

  volatile(type: number): number {
    return this.add({ kind: 'volatile', name: '', type })
  }

  const(type: number): number {
    return this.add({ kind: 'const', name: '', type })
  }

  restrict(type: number): number {
    return this.add({ kind: 'restrict', name: '', type })
  }

  typeTag(text: string, type: number): number {
    return this.add({ kind: 'type_tag', name: text, type })
  }

  /** `linkage`: 0 static, 1 global, 2 extern. */
  func(name: string, prototype: number, linkage = 1): number {
    return this.add({ kind: 'func', name, type: prototype, linkage })
  }

  funcProto(returns: number, params: readonly BtfParam[]): number {
    return this.add({ kind: 'func_proto', name: '', returns, params })
  }

  var(name: string, type: number, linkage = 1): number {
    return this.add({ kind: 'var', name, type, linkage })
  }

  datasec(name: string, size: number, variables: readonly BtfVarInfo[]): number {
    return this.add({ kind: 'datasec', name, size, variables })
  }

  /** `component` is the index of the member or parameter that the tag is for, -1 for the whole type. */
  declTag(text: string, type: number, component = -1): number {
    return this.add({ kind: 'decl_tag', name: text, type, component })
  }

  encode(encoding: { littleEndian?: boolean } = {}): Uint8Array {
    return encodeSections(this.#words.subarray(0, this.#end), Buffer.concat(this.#strings), encoding)
  }

  /** The types as they are read. `file` names them in errors. */
  build(file = 'new BTF'): Btf {
    return parseBtf(this.encode(), { file, ...(this.#base === undefined ? {} : { base: this.#base }) })
  }
}

const whole = (member: NewMember): BtfMember => ({ bitSize: 0, ...member })
