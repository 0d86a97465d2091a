import type { ValueCodec } from '../btf/index.ts'
import { UsageError } from '../errors/index.ts'
import type { Handle, Memory, Target } from '../loader/index.ts'

// ABI: as in a ring buffer of the kernel, with the sides changed: the first page is the program's position, the second
// that of this side, which writes the data.
const headerSize = 8

/** The writer's side of a ring buffer that a BPF program reads, with bpf_user_ringbuf_drain. */
export class UserRingBuffer implements Disposable {
  readonly #memories: readonly Memory[]
  readonly #readerAt: BigUint64Array
  readonly #writerAt: BigUint64Array
  readonly #headers: Int32Array
  readonly #data: Uint8Array
  readonly #size: number
  readonly #codec: ValueCodec | undefined
  #position: number
  #closed = false

  /** Use `openUserRingBuffer`. */
  constructor(target: Target, map: Handle, size: number, codec: ValueCodec | undefined) {
    const page = target.pageSize
    using undo = new DisposableStack()
    const reader = undo.use(target.mapMemory(map, { offset: 0, length: page, writable: false }))
    const writer = undo.use(target.mapMemory(map, { offset: page, length: page + 2 * size, writable: true }))
    this.#memories = [reader, writer]
    this.#readerAt = new BigUint64Array(reader.bytes.buffer, 0, 1)
    this.#writerAt = new BigUint64Array(writer.bytes.buffer, 0, 1)
    this.#headers = new Int32Array(writer.bytes.buffer, page, size / 4)
    this.#data = new Uint8Array(writer.bytes.buffer, page, 2 * size)
    this.#size = size
    this.#codec = codec
    this.#position = Number(Atomics.load(this.#writerAt, 0))
    undo.move()
  }

  /** The longest record, bytes, for which there is room now. */
  get room(): number {
    return Math.max(0, this.#free() - headerSize)
  }

  /** Writes one record. False when there is no room until the program has read some. */
  send(value: unknown): boolean {
    const bytes = this.#codec?.encode(value, 'record') ?? value
    if (!(bytes instanceof Uint8Array)) throw new UsageError('a record of bytes, since no type was given')
    if (bytes.length + headerSize > this.#size) {
      throw new UsageError(`a record of ${bytes.length} bytes never fits into a ring buffer of ${this.#size}`)
    }
    const total = (bytes.length + headerSize + 7) & ~7
    if (total > this.#free()) return false
    const at = this.#position & (this.#size - 1)
    this.#data.set(bytes, at + headerSize)
    this.#headers[(at >> 2) + 1] = 0
    Atomics.store(this.#headers, at >> 2, bytes.length)
    this.#position += total
    // The record counts only once the position has passed it.
    Atomics.store(this.#writerAt, 0, BigInt(this.#position))
    return true
  }

  /** Bytes that hold nothing which the program has still to read. */
  #free(): number {
    if (this.#closed) throw new Error('user ring buffer: used after it was closed')
    return this.#size - (this.#position - Number(Atomics.load(this.#readerAt, 0)))
  }

  [Symbol.dispose](): void {
    this.#closed = true
    for (const memory of this.#memories) memory[Symbol.dispose]()
  }
}
