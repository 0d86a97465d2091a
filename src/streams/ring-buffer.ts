import type { Handle, Memory, Target } from '../loader/index.ts'
import type { Decoder, Source } from './source.ts'

// ABI: kernel/bpf/ringbuf.c and linux/bpf.h. A page with the reader's position, one with the writer's, then the data,
// mapped twice in a row so that a record never ends at the edge. A record is a u32 length with two flags, a u32 of the
// kernel's own, and the event; it begins at a multiple of 8 bytes.
const busyBit = 1 << 31
const discardBit = 1 << 30
const lengthMask = discardBit - 1
const headerSize = 8

/** The reader's side of a ring buffer. */
export class RingBufferSource<E> implements Source<E> {
  readonly edge = false
  readonly what: string
  readonly handles: readonly Handle[]
  readonly #decoder: Decoder<E>
  readonly #lost: () => number
  readonly #memories: readonly Memory[]
  readonly #readerAt: BigUint64Array
  readonly #writerAt: BigUint64Array
  readonly #headers: Int32Array
  readonly #data: DataView
  readonly #mask: number
  #position: number

  constructor(
    target: Pick<Target, 'pageSize' | 'mapMemory'>,
    map: Handle,
    facts: { what: string; size: number; decoder: Decoder<E>; lost: () => number },
  ) {
    const { size, what } = facts
    const page = target.pageSize
    using undo = new DisposableStack()
    const reader = undo.use(target.mapMemory(map, { offset: 0, length: page, writable: true }))
    const writer = undo.use(target.mapMemory(map, { offset: page, length: page + 2 * size, writable: false }))
    this.what = what
    this.handles = [map]
    this.#decoder = facts.decoder
    this.#lost = facts.lost
    this.#memories = [reader, writer]
    this.#readerAt = new BigUint64Array(reader.bytes.buffer, 0, 1)
    this.#writerAt = new BigUint64Array(writer.bytes.buffer, 0, 1)
    this.#headers = new Int32Array(writer.bytes.buffer, page, size / 4)
    this.#data = new DataView(writer.bytes.buffer, page, 2 * size)
    this.#mask = size - 1
    this.#position = Number(Atomics.load(this.#readerAt, 0))
    undo.move()
  }

  lost(): number {
    return this.#lost()
  }

  drain(limit: number, take: (event: E) => boolean): number {
    let left = limit
    for (;;) {
      const { taken, stopped } = this.#run(left, take)
      left -= taken
      // Once the position is told, the kernel wakes the reader for the next record; it is looked for once more,
      // because it may have been written just before that.
      if (taken === 0 || stopped || left === 0) return limit - left
    }
  }

  /** The records that are complete now. The reader's position is told also when `take` throws. */
  #run(limit: number, take: (event: E) => boolean): { taken: number; stopped: boolean } {
    const start = this.#position
    const end = Number(Atomics.load(this.#writerAt, 0))
    let position = start
    let taken = 0
    let stopped = false
    try {
      while (position < end && taken < limit && !stopped) {
        const at = position & this.#mask
        const header = Atomics.load(this.#headers, at >> 2)
        if ((header & busyBit) !== 0) break
        const length = header & lengthMask
        position += (length + headerSize + 7) & ~7
        if ((header & discardBit) !== 0) continue
        taken += 1
        stopped = !take(this.#decoder.decode(this.#data, at + headerSize, length))
      }
    } finally {
      this.#position = position
      if (position !== start) Atomics.store(this.#readerAt, 0, BigInt(position))
    }
    return { taken, stopped }
  }

  [Symbol.dispose](): void {
    for (const memory of this.#memories) memory[Symbol.dispose]()
  }
}
