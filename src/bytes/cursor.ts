import { ObjectError } from '../errors/index.ts'
import { decodeText, longestName } from './text.ts'

/**
 * Reads a range of bytes front to back. Every read is checked against the range and a read that fails throws an
 * `ObjectError` with the path of what was being read, such as `dctcp.bpf.o: section[3]/symbol[7]`.
 */
export class Cursor {
  readonly file: string
  readonly path: string
  readonly littleEndian: boolean
  readonly bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array, where: { file: string; path: string; littleEndian: boolean }) {
    this.file = where.file
    this.path = where.path
    this.littleEndian = where.littleEndian
    // A Buffer's slice() is a view where that of other arrays is a copy, so it may not travel on as one.
    this.bytes = Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#offset
  }

  get remaining(): number {
    return this.bytes.length - this.#offset
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), this.littleEndian)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), this.littleEndian)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), this.littleEndian)
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), this.littleEndian)
  }

  /** A u64 that must be an offset or a size inside the file, as a number. */
  size64(what: string): number {
    const value = this.u64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} ${value} is beyond any file's size`)
    return Number(value)
  }

  skip(count: number): void {
    this.#take(count)
  }

  /** A range of the same bytes, counted from this cursor's start, as a cursor of its own with a longer path. */
  range(offset: number, length: number, path: string): Cursor {
    const longer = this.path === '' ? path : `${this.path}/${path}`
    const total = this.bytes.length
    if (offset < 0 || length < 0 || offset > total || length > total - offset) {
      throw new ObjectError({
        file: this.file,
        path: longer,
        expected: `${length} bytes at offset ${offset}, but there are only ${total} (cut short or damaged?)`,
      })
    }
    return new Cursor(this.bytes.subarray(offset, offset + length), {
      file: this.file,
      path: longer,
      littleEndian: this.littleEndian,
    })
  }

  /** A name: text from `offset` of this cursor's bytes to the next zero. Does not move. */
  name(offset: number, what: string): string {
    const end = this.bytes.indexOf(0, offset)
    if (end < 0 || offset > this.bytes.length) this.fail(`${what} at offset ${offset} is not a string inside the table`)
    if (end - offset > longestName) this.fail(`${what} at offset ${offset} is longer than ${longestName} bytes`)
    return decodeText(this.bytes.subarray(offset, end))
  }

  fail(expected: string, hint?: string): never {
    throw new ObjectError({ file: this.file, path: this.path, expected, ...(hint === undefined ? {} : { hint }) })
  }

  #take(count: number): number {
    const at = this.#offset
    if (count > this.remaining) {
      this.fail(`${count} bytes at offset ${at}, but it ends after ${this.bytes.length} (cut short or damaged?)`)
    }
    this.#offset = at + count
    return at
  }
}
