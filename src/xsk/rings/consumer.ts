import type { RingMemory } from '../../kernel/index.ts'
import { wrongCount, wrongEntry } from './misuse.ts'

/**
 * A ring that the kernel puts entries into and the program takes from. Entries are peeked at, read and released; the
 * readers of a ring count them from the first that is not released yet. See `ProducerRing` about the indices.
 */
export abstract class ConsumerRing {
  readonly name: string
  readonly size: number
  protected readonly mask: number
  protected readonly words: Uint32Array<ArrayBuffer>
  /** The entry that is number 0. */
  protected released: number
  readonly #indices: Int32Array<ArrayBuffer>
  readonly #producer: number
  readonly #consumer: number
  #peeked: number
  /** Where the producer was when last seen. */
  #produced: number
  #closed = false

  protected constructor(name: string, { bytes, offsets, size }: RingMemory, wordsOfEntry: number) {
    this.name = name
    this.size = size
    this.mask = size - 1
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset + offsets.descriptors, size * wordsOfEntry)
    this.#indices = new Int32Array(bytes.buffer, bytes.byteOffset, offsets.descriptors >> 2)
    this.#producer = offsets.producer >> 2
    this.#consumer = offsets.consumer >> 2
    this.released = Atomics.load(this.#indices, this.#consumer)
    this.#peeked = this.released
    this.#produced = this.released
  }

  /** Entries that are peeked at and not released yet. */
  get pending(): number {
    return (this.#peeked - this.released) | 0
  }

  /** How many entries can be peeked at. The kernel's progress is looked at only when none is known. */
  available(): number {
    const known = (this.#produced - this.#peeked) | 0
    return known > 0 ? known : this.#look()
  }

  #look(): number {
    if (this.#closed) wrongCount(this, 0, this.#closed)
    this.#produced = Atomics.load(this.#indices, this.#producer)
    return (this.#produced - this.#peeked) | 0
  }

  /** Takes up to `count` entries to be read: returns how many, 0 when there are none. */
  peek(count: number): number {
    if (count >>> 0 !== count) wrongCount(this, count, this.#closed)
    const available = this.available()
    const taken = available < count ? available : count
    this.#peeked = (this.#peeked + taken) | 0
    return taken
  }

  /** Takes back the peek at the last `count` entries: they will be peeked at again. */
  cancel(count: number = this.pending): void {
    if (count >>> 0 > this.pending || count >>> 0 !== count) wrongCount(this, count, this.#closed)
    this.#peeked = (this.#peeked - count) | 0
  }

  /** Gives the first `count` of the entries that were peeked at back to the kernel; all of them when it is left out. */
  release(count: number = this.pending): void {
    if (count >>> 0 > this.pending || count >>> 0 !== count || this.#closed) wrongCount(this, count, this.#closed)
    this.released = (this.released + count) | 0
    Atomics.store(this.#indices, this.#consumer, this.released)
  }

  /** Where entry `k` of those that are peeked at is. */
  protected entry(k: number): number {
    if (k >>> 0 >= this.pending) wrongEntry(this, k, this.pending, this.#closed)
    return (this.released + k) & this.mask
  }

  /** After it every use is an error, and nobody looks at memory that is gone. */
  close(): void {
    this.#closed = true
    this.#peeked = this.released
    this.#produced = this.released
  }
}
