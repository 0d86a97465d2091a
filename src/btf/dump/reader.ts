import { longestName } from '../../bytes/index.ts'
import type { Btf } from '../btf.ts'
import { headWords, KIND, kindOf, vlenOf } from '../kinds.ts'

/** Room for names that types get where their own are taken. */
const roomForNames = 1 << 14

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
  /** All names, each with a zero after it: first the BTF's, at their offsets, then those that were added. */
  #pool: Uint8Array
  #poolEnd: number
  /** Where the names end of which none is too long; 0 where one is, so that each has to be looked at. */
  readonly #soundEnd: number

  constructor(btf: Btf) {
    this.btf = btf
    const parts: Btf[] = []
    for (let part: Btf | undefined = btf; part !== undefined; part = part.base) parts.unshift(part)
    this.words = parts.length === 1 ? btf.words : joined(parts.map((part) => part.words))
    this.#starts = new Uint32Array(btf.endId)
    let shift = 0
    for (const { starts, firstId, words } of parts) {
      this.#starts.set(shift === 0 ? starts : starts.map((start) => start + shift), firstId)
      shift += words.length
    }
    this.hasOldBitfields = this.#anyPartial()
    this.#poolEnd = parts.reduce((sum, { strings }) => sum + strings.length, 0)
    this.#pool = new Uint8Array(this.#poolEnd + roomForNames)
    for (const { firstString, strings } of parts) this.#pool.set(strings, firstString)
    this.#soundEnd = hasLongName(this.#pool, this.#poolEnd) ? 0 : this.#poolEnd
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

  #anyPartial(): boolean {
    for (let id = 1; id < this.btf.endId; id += 1) if (this.kind(id) === KIND.INT && this.isPartial(id)) return true
    return false
  }

  /** How many elements a type has. */
  count(id: number): number {
    return vlenOf(this.words[this.start(id) + 1] ?? 0)
  }

  /** The word after the info: the type that it is made of, or its size. */
  third(id: number): number {
    return this.words[this.start(id) + 2] ?? 0
  }

  get pool(): Uint8Array {
    return this.#pool
  }

  /** Where in the pool a type's name stands. */
  nameAt(id: number): number {
    return this.checked(this.words[this.start(id)] ?? 0, id)
  }

  /** A word that stands for a name, which is checked to be one; `user` is the type that it is of. */
  checked(offset: number, user: number): number {
    if (offset < this.#soundEnd) return offset
    const end = this.#pool.indexOf(0, offset)
    // Where something is wrong with it, this says what.
    if (end < 0 || end >= this.#poolEnd || end - offset > longestName) this.btf.string(offset, user)
    return offset
  }

  isAnonymous(id: number): boolean {
    return this.#pool[this.nameAt(id)] === 0
  }

  /** A name of the pool as a string. */
  textAt(offset: number): string {
    return Buffer.from(this.#pool.buffer, offset, this.#pool.indexOf(0, offset) - offset).toString()
  }

  /** Adds a name to the pool. */
  addName(text: string): number {
    const bytes = Buffer.from(`${text}\0`)
    const offset = this.#poolEnd
    if (offset + bytes.length > this.#pool.length) {
      const larger = new Uint8Array((this.#pool.length + bytes.length) * 2)
      larger.set(this.#pool)
      this.#pool = larger
    }
    this.#pool.set(bytes, offset)
    this.#poolEnd += bytes.length
    return offset
  }
}

/** Whether somewhere there are more bytes without a zero than a name may have. The last byte is a zero. */
function hasLongName(pool: Uint8Array, end: number): boolean {
  for (let at = -1; at < end - 1; ) {
    const zero = pool.lastIndexOf(0, Math.min(at + 1 + longestName, end - 1))
    if (zero <= at) return true
    at = zero
  }
  return false
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
