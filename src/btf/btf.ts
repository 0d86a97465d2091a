import { longestName } from '../bytes/index.ts'
import { ObjectError } from '../errors/index.ts'
import { decodeType } from './decode.ts'
import { essentialName } from './essential-name.ts'
import { kindNames, kindOf } from './kinds.ts'
import { NameIndex } from './name-index.ts'
import { scanTypes } from './scan.ts'
import type { BtfKind, BtfType } from './types.ts'

interface BtfParts {
  file: string
  path: string
  /** The type section. */
  words: Uint32Array
  /** The string section, which ends with a zero byte. */
  strings: Uint8Array
  littleEndian: boolean
  base?: Btf
}

/** More typedefs and qualifiers in a row than any real type has: beyond it the BTF runs in a circle. */
const longestChain = 64

/**
 * The types of a program, an object or a kernel. Types are numbered from 1; 0 is void. Types of split BTF go on from
 * those of its base, and every method takes ids of either.
 *
 * Source: Documentation/bpf/btf.rst.
 */
export class Btf {
  readonly file: string
  readonly path: string
  readonly base: Btf | undefined
  readonly words: Uint32Array
  readonly strings: Uint8Array
  readonly littleEndian: boolean
  /** The first id that is not the base's. */
  readonly firstId: number
  /** The first string offset that is not the base's. */
  readonly firstString: number
  /** The word of `words` at which each of its own types begins. */
  readonly starts: Uint32Array
  readonly #text: Buffer
  #names: NameIndex | undefined
  /** What has been asked for, decoded: of a kernel's types an object needs a few, and those again and again. */
  readonly #types = new Map<number, BtfType>()

  /** Use `parseBtf`. */
  constructor(parts: BtfParts) {
    this.file = parts.file
    this.path = parts.path
    this.base = parts.base
    this.words = parts.words
    this.strings = parts.strings
    this.littleEndian = parts.littleEndian
    this.firstId = parts.base?.endId ?? 1
    this.firstString = parts.base === undefined ? 0 : parts.base.firstString + parts.base.strings.length
    this.starts = scanTypes(parts.words, (index, expected) => this.fail(this.firstId + index, expected))
    this.#text = Buffer.from(parts.strings.buffer, parts.strings.byteOffset, parts.strings.length)
  }

  /** One past the last id. */
  get endId(): number {
    return this.firstId + this.starts.length
  }

  /** The type, decoded. Throws an `ObjectError` when there is none of this id or its bytes are wrong. */
  type(id: number): BtfType {
    if (id === 0) return { kind: 'void', id: 0, name: '' }
    if (id < this.firstId && this.base !== undefined) return this.base.type(id)
    const known = this.#types.get(id)
    if (known !== undefined) return known
    const type = decodeType(this, id, this.startOf(id))
    this.#types.set(id, type)
    return type
  }

  kind(id: number): BtfKind {
    if (id === 0) return 'void'
    if (id < this.firstId && this.base !== undefined) return this.base.kind(id)
    return kindNames[kindOf(this.words[this.startOf(id) + 1] ?? 0)] ?? 'void'
  }

  /** The type's name; empty for void and for anonymous types. */
  name(id: number): string {
    if (id === 0) return ''
    if (id < this.firstId && this.base !== undefined) return this.base.name(id)
    return this.string(this.words[this.startOf(id)] ?? 0, id)
  }

  /** The string at an offset. `user` is the type that names it, for the error. */
  string(offset: number, user: number): string {
    if (offset < this.firstString && this.base !== undefined) return this.base.string(offset, user)
    const start = offset - this.firstString
    const end = this.#text.indexOf(0, start)
    if (end < 0 || start >= this.#text.length) this.fail(user, `a name inside the string section, not at offset ${offset}`)
    if (end - start > longestName) this.fail(user, `a name of at most ${longestName} bytes, not of ${end - start}`)
    return this.#text.toString('utf8', start, end)
  }

  /** The ids of this BTF's own types (not its base's) of a name, in order. */
  *named(name: string): Generator<number> {
    if (name === '') return
    for (const index of this.#index().named(name)) yield this.firstId + index
  }

  /** The ids of this BTF's own types whose name is `name` or a flavour of it, such as `name___old`, in order. */
  namedEssentially(name: string): number[] {
    const flavours = [...this.#index().flavoured(name)]
      .map((index) => this.firstId + index)
      .filter((id) => essentialName(this.name(id)) === name)
    return [...this.named(name), ...flavours].toSorted((left, right) => left - right)
  }

  /** The first type of a name and one of the kinds, searched here and then in the base. */
  find(name: string, ...kinds: readonly BtfKind[]): number | undefined {
    for (const id of this.named(name)) if (kinds.includes(this.kind(id))) return id
    return this.base?.find(name, ...kinds)
  }

  /** Every different string that contains a text, of this BTF's own. */
  namesContaining(text: string): Set<string> {
    const found = new Set<string>()
    for (let at = this.#text.indexOf(text); at >= 0; ) {
      const end = this.#text.indexOf(0, at)
      found.add(this.#text.toString('utf8', this.#text.lastIndexOf(0, at) + 1, end))
      at = this.#text.indexOf(text, end)
    }
    return found
  }

  /** The id behind typedefs, qualifiers and type tags. */
  resolve(id: number): number {
    let at = id
    for (let steps = 0; steps < longestChain; steps += 1) {
      const type = this.type(at)
      switch (type.kind) {
        case 'typedef':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type_tag':
          at = type.type
          break
        default:
          return at
      }
    }
    return this.fail(id, 'an end to its typedefs and qualifiers, but they run in a circle')
  }

  /** The type behind typedefs, qualifiers and type tags. */
  resolved(id: number): BtfType {
    return this.type(this.resolve(id))
  }

  /** The word of `words` at which a type of this BTF itself begins. */
  startOf(id: number): number {
    return this.starts[id - this.firstId] ?? this.fail(id, `a type id below ${this.endId}`)
  }

  fail(id: number, expected: string): never {
    const path = [this.path, `type[${id}]`].filter((part) => part !== '').join('/')
    throw new ObjectError({ file: this.file, path, expected })
  }

  #index(): NameIndex {
    this.#names ??= new NameIndex(this.words, this.starts, {
      own: this.strings,
      firstOwn: this.firstString,
      base: this.base === undefined ? this.strings : allStrings(this.base),
    })
    return this.#names
  }
}

/** A BTF's strings from offset 0 on. Only where a base is split itself have they to be put together. */
const allStrings = (btf: Btf): Uint8Array =>
  btf.base === undefined ? btf.strings : Buffer.concat([allStrings(btf.base), btf.strings])
