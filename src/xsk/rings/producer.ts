import type { RingMemory } from '../../kernel/index.ts'
import { wrongCount, wrongEntry } from './misuse.ts'

/** The kernel sleeps and wants to be woken. ABI: XDP_RING_NEED_WAKEUP, linux/if_xdp.h. */
const NEED_WAKEUP = 1

/**
 * A ring that the program puts entries into and the kernel takes from. Entries are reserved, written and submitted;
 * `set` of a ring counts them from the first that is not submitted yet.
 *
 * Indices are 32 bits that wrap around. They are kept signed, since V8 has such numbers in registers. The words that
 * the kernel shares are read only when what is known of them is used up, and written once a batch.
 */
export abstract class ProducerRing {
  readonly name: string
  readonly size: number
  protected readonly mask: number
  /** Two words of an address, or the four of a descriptor, for each entry. */
  protected readonly words: Uint32Array<ArrayBuffer>
  /** The entry that `set(0)` writes. */
  protected submitted: number
  readonly #indices: Int32Array<ArrayBuffer>
  readonly #producer: number
  readonly #consumer: number
  readonly #flags: number
  #reserved: number
  /** Where the consumer was when last seen, and the whole ring further. */
  #limit: number
  #closed = false

  protected constructor(name: string, { bytes, offsets, size }: RingMemory, wordsOfEntry: number) {
    this.name = name
    this.size = size
    this.mask = size - 1
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset + offsets.descriptors, size * wordsOfEntry)
    this.#indices = new Int32Array(bytes.buffer, bytes.byteOffset, offsets.descriptors >> 2)
    this.#producer = offsets.producer >> 2
    this.#consumer = offsets.consumer >> 2
    this.#flags = offsets.flags >> 2
    this.submitted = Atomics.load(this.#indices, this.#producer)
    this.#reserved = this.submitted
    this.#limit = (Atomics.load(this.#indices, this.#consumer) + size) | 0
  }

  /** Entries that are reserved and not submitted yet. */
  get pending(): number {
    return (this.#reserved - this.submitted) | 0
  }

  /** How many entries can be reserved. The kernel's progress is looked at only if fewer than `wanted` are known to be free. */
  free(wanted: number = this.size): number {
    const known = (this.#limit - this.#reserved) | 0
    return known >= wanted ? known : this.#look()
  }

  #look(): number {
    if (this.#closed) wrongCount(this, 0, this.#closed)
    this.#limit = (Atomics.load(this.#indices, this.#consumer) + this.size) | 0
    return (this.#limit - this.#reserved) | 0
  }

  /** Reserves all of `count` entries or none: returns `count` or 0. */
  reserve(count: number): number {
    if (count >>> 0 !== count) wrongCount(this, count, this.#closed)
    if (this.free(count) < count) return 0
    this.#reserved = (this.#reserved + count) | 0
    return count
  }

  /** Gives the first `count` of the reserved entries to the kernel; all of them when it is left out. */
  submit(count: number = this.pending): void {
    if (count >>> 0 > this.pending || count >>> 0 !== count || this.#closed) wrongCount(this, count, this.#closed)
    this.submitted = (this.submitted + count) | 0
    Atomics.store(this.#indices, this.#producer, this.submitted)
  }

  /** Whether the kernel has to be told that entries came: by `kickTx` or `kickRx` of the socket. */
  get needsWakeup(): boolean {
    if (this.#closed) wrongCount(this, 0, this.#closed)
    return (Atomics.load(this.#indices, this.#flags) & NEED_WAKEUP) !== 0
  }

  /** Where entry `k` of those that are reserved is. */
  protected entry(k: number): number {
    if (k >>> 0 >= this.pending) wrongEntry(this, k, this.pending, this.#closed)
    return (this.submitted + k) & this.mask
  }

  /** After it every use is an error, and nobody looks at memory that is gone. */
  close(): void {
    this.#closed = true
    this.#reserved = this.submitted
    this.#limit = this.submitted
  }
}
