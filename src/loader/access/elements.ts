import { SyscallError } from '../../errors/index.ts'
import type { BatchResult } from '../target/batch.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'

/** Elements that a walk has read. The bytes are used again for the next. */
export interface Chunk {
  keys: Uint8Array
  values: Uint8Array
  count: number
}

/** Bytes of keys and values in one call, about, and its largest number of elements. */
const chunkBytes = 1 << 18
const mostElements = 1 << 13
/** A bucket of a hash map must fit into one call; no bucket has so many. */
const largestBucket = 1 << 22

/** The bytes of a map's elements: many with one call where the kernel and the type of map can, else one by one. */
export class Elements {
  readonly #target: Target
  readonly #map: Handle
  readonly #keySize: number
  readonly #valueSize: number
  readonly #count: number
  /** What this map was found to have no batches for. */
  readonly #lacking = new Set<string>()

  constructor(target: Target, map: Handle, keySize: number, valueSize: number) {
    this.#target = target
    this.#map = map
    this.#keySize = keySize
    this.#valueSize = valueSize
    this.#count = Math.max(16, Math.min(mostElements, Math.floor(chunkBytes / (keySize + valueSize || 1))))
  }

  *keys(): Generator<Uint8Array> {
    if (this.#lacking.has('lookup')) return yield* this.#walk()
    for (const { keys, count } of this.chunks('lookup')) {
      for (let at = 0; at < count; at += 1) yield keys.subarray(at * this.#keySize, (at + 1) * this.#keySize)
    }
  }

  /** All elements; with `take` they are deleted by the same call. */
  *chunks(what: 'lookup' | 'take', flags = 0): Generator<Chunk> {
    if (!this.#lacking.has(what)) {
      const done = yield* this.#batches(what, flags)
      if (done) return
      // A flag that the map does not take says nothing of its batches.
      if (flags === 0) this.#lacking.add(what)
    }
    for (const key of this.#walk()) {
      const value = this.#target.lookup(this.#map, key, this.#valueSize, flags)
      if (value === undefined) continue
      if (what === 'take' && !this.#deleteOne(key)) continue
      yield { keys: key, values: value, count: 1 }
    }
  }

  /** False when the kernel has none for this map: then nothing has been read. */
  *#batches(what: 'lookup' | 'take', flags: number): Generator<Chunk, boolean> {
    // ABI: a cursor is a u32 for hash maps and a key for others.
    const cursors = [new Uint8Array(Math.max(4, this.#keySize)), new Uint8Array(Math.max(4, this.#keySize))] as const
    let from: Uint8Array | undefined
    let room = this.#count
    let keys = new Uint8Array(room * this.#keySize)
    let values = new Uint8Array(room * this.#valueSize)
    for (let turn = 0; ; turn += 1) {
      const next = cursors[turn % 2 === 0 ? 0 : 1]
      const { count, errno } = this.#target.batch(this.#map, {
        what,
        keys,
        values,
        count: room,
        flags,
        next,
        ...(from === undefined ? {} : { from }),
      })
      if (from === undefined && isLacking({ count, errno })) return false
      if (errno === 'ENOSPC' && room < largestBucket) {
        room *= 4
        keys = new Uint8Array(room * this.#keySize)
        values = new Uint8Array(room * this.#valueSize)
        turn -= 1
        continue
      }
      if (errno !== null && errno !== 'ENOENT') throw this.#error('reading', what, errno)
      if (count > 0) yield { keys, values, count }
      if (errno === 'ENOENT') return true
      from = next
    }
  }

  /**
   * Every key once. The next one is asked for before a key is told, so that it may be deleted meanwhile; when others
   * delete one, the kernel begins again, and what has been told already is passed over.
   */
  *#walk(): Generator<Uint8Array> {
    const told = new Set<string>()
    let next = this.#target.nextKey(this.#map, undefined, this.#keySize)
    while (next !== undefined) {
      const key = next
      const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1')
      next = this.#target.nextKey(this.#map, key, this.#keySize)
      if (told.has(text)) continue
      told.add(text)
      yield key
    }
  }

  update(pairs: readonly [key: Uint8Array, value: Uint8Array][], flags: number): void {
    this.#inBatches('update', pairs, flags, ([key, value]) => this.#target.update(this.#map, key, value, flags))
  }

  /** How many there were. */
  delete(keys: readonly Uint8Array[]): number {
    let missing = 0
    const pairs = keys.map((key): [Uint8Array, Uint8Array] => [key, noValue])
    this.#inBatches('delete', pairs, 0, ([key]) => {
      if (!this.#deleteOne(key)) missing += 1
    })
    return keys.length - missing
  }

  /** Whatever a batch does not take is done alone, which also says why it could not be done. */
  #inBatches(
    what: 'update' | 'delete',
    pairs: readonly [key: Uint8Array, value: Uint8Array][],
    flags: number,
    alone: (pair: [Uint8Array, Uint8Array]) => void,
  ): void {
    let at = 0
    while (at < pairs.length) {
      const chunk = pairs.slice(at, at + this.#count)
      // ABI: batches take no flags but that of the lock.
      const result = this.#lacking.has(what) || (flags & 3) !== 0 ? lacking : this.#batch(what, chunk, flags)
      if (isLacking(result) && flags === 0) this.#lacking.add(what)
      at += result.count
      const stuck = result.errno === null ? undefined : pairs[at]
      if (stuck === undefined) continue
      alone(stuck)
      at += 1
    }
  }

  #batch(what: 'update' | 'delete', chunk: readonly [Uint8Array, Uint8Array][], flags: number): BatchResult {
    const keys = new Uint8Array(chunk.length * this.#keySize)
    const values = new Uint8Array(what === 'delete' ? 0 : chunk.length * this.#valueSize)
    for (const [index, [key, value]] of chunk.entries()) {
      keys.set(key, index * this.#keySize)
      if (what === 'update') values.set(value, index * this.#valueSize)
    }
    const room = what === 'delete' ? {} : { values }
    return this.#target.batch(this.#map, { what, keys, count: chunk.length, flags, ...room })
  }

  #deleteOne(key: Uint8Array): boolean {
    try {
      this.#target.delete(this.#map, key)
      return true
    } catch (error) {
      if (error instanceof SyscallError && error.errno === 'ENOENT') return false
      throw error
    }
  }

  #error(doing: string, what: string, errno: string): SyscallError {
    return new SyscallError({ doing: `${doing} a map in batches`, syscall: `bpf(batch ${what})`, errno })
  }
}

const noValue = new Uint8Array(0)
const lacking: BatchResult = { count: 0, errno: 'ENOTSUPP' }

/** ENOTSUPP is the kernel's word for a map type without batches, EINVAL that of a kernel without these commands. */
const isLacking = ({ count, errno }: BatchResult): boolean =>
  count === 0 && (errno === 'ENOTSUPP' || errno === 'EOPNOTSUPP' || errno === 'EINVAL')
