import { UsageError } from '../../errors/index.ts'
import type { Memory } from '../target/handle.ts'
import { type Codec, viewOf } from './codec.ts'

/** ABI: an element of an array begins at a multiple of 8 bytes, kernel/bpf/arraymap.c. */
export const strideOf = (valueSize: number): number => Math.ceil(valueSize / 8) * 8

/**
 * The elements of an array in memory, which programs read and write at the same time: no call is made for any of them.
 * An integer is read whole; a larger value may change while it is read. Dispose of it to unmap it.
 */
export class LiveArray<V> implements Disposable {
  readonly name: string
  readonly length: number
  readonly writable: boolean
  readonly #memory: Memory
  readonly #codec: Codec

  constructor(name: string, facts: { memory: Memory; codec: Codec; length: number; writable: boolean }) {
    this.name = name
    this.length = facts.length
    this.writable = facts.writable
    this.#memory = facts.memory
    this.#codec = facts.codec
  }

  get(index: number): V {
    return this.#read(this.#place(index))
  }

  set(index: number, value: V): void {
    if (!this.writable) throw new UsageError(`the elements of "${this.name}" were mapped to be read only`)
    this.#memory.bytes.set(this.#codec.encode(value, `value of ${this.name}`), this.#place(index))
  }

  *[Symbol.iterator](): Generator<V> {
    for (let index = 0; index < this.length; index += 1) yield this.get(index)
  }

  /** From then on every access fails. */
  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]()
  }

  #place(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.length) return index * strideOf(this.#codec.size)
    throw new UsageError(`"${this.name}" has ${this.length} elements, and none at ${index}`)
  }

  // A signature of its own, because the compiler cannot know what the object says of the type.
  #read(at: number): V
  #read(at: number): unknown {
    return this.#codec.decodeAt(viewOf(this.#memory.bytes), at, this.#codec.size)
  }
}
