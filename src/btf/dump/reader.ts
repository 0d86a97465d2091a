import { isAscii } from 'node:buffer'
import type { Btf } from '../btf.ts'
import { headWords, KIND, kindOf, vlenOf } from '../kinds.ts'

/**
 * The words and names of a BTF and its bases in one piece. Who looks at all types of a kernel, and at each only a few
 * times, has no use for decoded ones: making the objects would take longer than the rest.
 */
export class TypeReader {
  readonly btf: Btf
  readonly words: Uint32Array
  /** Whether some integer does not use all of its bits: no BTF of the last years has one. */
  readonly hasOldBitfields: boolean
  readonly #starts: Uint32Array
  /** All names, each with a zero after it; null where some are not ASCII, so that characters are not bytes. */
  readonly #text: string | null

  constructor(btf: Btf) {
    this.btf = btf
    const parts: Btf[] = []
    for (let part: Btf | undefined = btf; part !== undefined; part = part.base) parts.unshift(part)
    this.words = parts.length === 1 ? btf.words : joined(parts.map((part) => part.words))
    this.#starts = new Uint32Array(btf.endId)
    let shift = 0
    for (const part of parts) {
      for (let id = part.firstId; id < part.endId; id += 1) this.#starts[id] = part.startOf(id) + shift
      shift += part.words.length
    }
    this.hasOldBitfields = this.#starts.some((_, id) => this.kind(id) === KIND.INT && this.isPartial(id))
    const strings = parts.map(({ strings: bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    this.#text = strings.every((bytes) => isAscii(bytes)) ? strings.map((bytes) => bytes.toString('latin1')).join('') : null
  }

  /** The word at which a type begins; it is not to be void. */
  start(id: number): number {
    if (id === 0) return this.btf.fail(id, 'a type, not void')
    return this.#starts[id] ?? this.btf.fail(id, `a type id below ${this.btf.endId}`)
  }

  kind(id: number): number {
    return id === 0 ? 0 : kindOf(this.words[this.start(id) + 1] ?? 0)
  }

  /** Of an integer: signedness, offset and width, as BTF has them in one word. */
  encoding(id: number): number {
    return this.words[this.start(id) + headWords] ?? 0
  }

  /** Whether an integer uses only some of its bits. */
  isPartial(id: number): boolean {
    return (this.encoding(id) & 0xff) !== (this.third(id) * 8) % 0x100
  }

  /** How many elements a type has. */
  count(id: number): number {
    return vlenOf(this.words[this.start(id) + 1] ?? 0)
  }

  /** The word after the info: the type that it is made of, or its size. */
  third(id: number): number {
    return this.words[this.start(id) + 2] ?? 0
  }

  name(id: number): string {
    return this.text(this.words[this.start(id)] ?? 0, id)
  }

  /** The text that a word stands for; `user` is the type that it is of. */
  text(offset: number, user: number): string {
    if (offset === 0) return ''
    const end = this.#text?.indexOf('\0', offset) ?? -1
    // Where something is wrong with it, this says what.
    if (this.#text === null || end < 0 || end - offset > longestPlain) return this.btf.string(offset, user)
    return this.#text.slice(offset, end)
  }
}

/** Longer ones, which nobody uses, may be longer than is allowed. */
const longestPlain = 1000

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
