import type { Btf } from './btf.ts'
import { headWords } from './kinds.ts'
import { encodeSections, hostIsLittleEndian } from './write/encode.ts'

/**
 * A copy of a BTF's own types that can be changed and written out again. Ids stay as they are; types and strings are
 * added at the end.
 */
export class BtfEditor {
  readonly #btf: Btf
  readonly #words: Uint32Array
  readonly #added: number[] = []
  readonly #addedStarts: number[] = []
  readonly #strings: Uint8Array[]
  readonly #offsets = new Map<string, number>()
  #stringsEnd: number

  constructor(btf: Btf) {
    this.#btf = btf
    this.#words = btf.words.slice()
    this.#strings = [btf.strings]
    this.#stringsEnd = btf.firstString + btf.strings.length
  }

  /** Adds a string, once, and returns its offset. */
  addString(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    const offset = this.#stringsEnd
    const bytes = Buffer.from(`${text}\0`)
    this.#strings.push(bytes)
    this.#stringsEnd += bytes.length
    this.#offsets.set(text, offset)
    return offset
  }

  /** Adds a type from its words, as `struct btf_type` and what follows it, and returns its id. */
  addType(...words: readonly number[]): number {
    this.#addedStarts.push(this.#added.length)
    this.#added.push(...words)
    return this.#btf.endId + this.#addedStarts.length - 1
  }

  /** Changes one word of a type; 0 is its name, 1 its info, 2 its size or type, from 3 on what follows. */
  set(id: number, word: number, value: number): void {
    this.#words[this.#btf.startOf(id) + word] = value
  }

  /** Whether a type is one of those that can be changed, and neither void nor of a base. */
  has(id: number): boolean {
    return id >= this.#btf.firstId && id < this.#btf.endId
  }

  get(id: number, word: number): number {
    return this.#words[this.#btf.startOf(id) + word] ?? 0
  }

  /** The BTF as the kernel reads it, in this machine's byte order. */
  encode(): Uint8Array {
    const words = new Uint32Array(this.#words.length + this.#added.length)
    words.set(this.#words)
    words.set(this.#added, this.#words.length)
    return encodeSections(words, Buffer.concat(this.#strings), { littleEndian: hostIsLittleEndian })
  }
}

/** The word of a struct's, function's or section's element `index` of `words` words each. */
export const elementWord = (index: number, words: number): number => headWords + index * words
