import type { BtfValue } from '../../btf/index.ts'
import { SyscallError, UsageError } from '../../errors/index.ts'
import type { Handle } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import { type Codec, viewOf } from './codec.ts'
import { Elements } from './elements.ts'
import { LiveArray, strideOf } from './live-array.ts'

/** Flags of an update: whatever there is, only a key that is not there, only one that is; and under the value's lock. */
export const UPDATE = { ANY: 0, NOEXIST: 1, EXIST: 2, LOCK: 4 } as const

/** A map and what its keys and values are. */
export interface MapAccess {
  target: Target
  handle: Handle
  name: string
  key: Codec
  value: Codec
  /** Of an array that can be mapped: how many elements it has. Else 0. */
  mapped: number
}

const noKey = new Uint8Array(0)

/**
 * The elements of a loaded map. Keys and values are those of `BtfValue` where the object says their types and bytes
 * where it does not; values of a per-CPU map are arrays with one value for each possible CPU; a handle can be given
 * where a map holds maps, programs or sockets. `K` and `V` are the caller's word for it.
 */
export class BpfMap<K = BtfValue, V = BtfValue> {
  readonly #access: MapAccess
  readonly #elements: Elements

  constructor(access: MapAccess) {
    this.#access = access
    this.#elements = new Elements(access.target, access.handle, access.key.size, access.value.size)
  }

  get name(): string {
    return this.#access.name
  }

  /** The value of a key; undefined when there is none. */
  get(key: K, flags = 0): V | undefined {
    const { target, handle, value } = this.#access
    return this.#value(target.lookup(handle, this.#key(key), value.size, flags))
  }

  has(key: K): boolean {
    const { target, handle, value } = this.#access
    return target.lookup(handle, this.#key(key), value.size) !== undefined
  }

  /** `flags` of `UPDATE`. Throws a `SyscallError`: EEXIST or ENOENT when the flags forbid it, E2BIG when it is full. */
  set(key: K, value: V, flags = 0): void {
    const { target, handle } = this.#access
    target.update(handle, this.#key(key), this.#bytes(value), flags)
  }

  /** Whether there was such a key. */
  delete(key: K): boolean {
    const { target, handle } = this.#access
    return unlessMissing(() => target.delete(handle, this.#key(key)))
  }

  /** Deletes a key and answers what it had. A kernel that cannot do both at once is asked for one after the other. */
  take(key: K, flags = 0): V | undefined {
    const { target, handle, value } = this.#access
    const bytes = this.#key(key)
    try {
      return this.#value(target.take(handle, bytes, value.size, flags))
    } catch (error) {
      if (!isUnsupported(error)) throw error
      const found = target.lookup(handle, bytes, value.size, flags)
      return found !== undefined && unlessMissing(() => target.delete(handle, bytes)) ? this.#value(found) : undefined
    }
  }

  /** Adds to a queue, a stack or a Bloom filter. With `UPDATE.EXIST` the oldest makes room when it is full. */
  push(value: V, flags = 0): void {
    const { target, handle } = this.#access
    target.update(handle, noKey, this.#bytes(value), flags)
  }

  /** Takes the first of a queue, the last of a stack. */
  pop(): V | undefined {
    const { target, handle, value } = this.#access
    return this.#value(target.take(handle, noKey, value.size))
  }

  /** What `pop` would take. */
  peek(): V | undefined {
    const { target, handle, value } = this.#access
    return this.#value(target.lookup(handle, noKey, value.size))
  }

  /** Whether a Bloom filter may have a value; false is certain. */
  mayHave(value: V): boolean {
    const { target, handle, value: codec } = this.#access
    return target.lookup(handle, noKey, codec.size, 0, this.#bytes(value)) !== undefined
  }

  /**
   * All keys, each once. The map may change meanwhile, by this loop or by others: a key that stays is told, one that
   * comes or goes may or may not be.
   */
  *keys(): Generator<K> {
    for (const key of this.#elements.keys()) yield this.#keyAt(viewOf(key), 0)
  }

  *values(): Generator<V> {
    for (const [, value] of this.entries()) yield value
  }

  /** All elements, many with one call where the kernel can; with `UPDATE.LOCK` each is whole. As for the keys, the map may
   * change meanwhile. */
  *entries(flags = 0): Generator<[K, V]> {
    yield* this.#typed(this.#elements.chunks('lookup', flags))
  }

  [Symbol.iterator](): Generator<[K, V]> {
    return this.entries()
  }

  /** Removes every element and answers it: nothing that is written meanwhile is lost unseen where the kernel has batches. */
  *takeAll(flags = 0): Generator<[K, V]> {
    yield* this.#typed(this.#elements.chunks('take', flags))
  }

  /** Sets many elements with few calls. When one fails, those before it are set. */
  setMany(entries: Iterable<readonly [K, V]>, flags = 0): void {
    const pairs = Array.from(entries, ([key, value]): [Uint8Array, Uint8Array] => [this.#key(key), this.#bytes(value)])
    this.#elements.update(pairs, flags)
  }

  /** Deletes many elements with few calls and answers how many there were. */
  deleteMany(keys: Iterable<K>): number {
    return this.#elements.delete(Array.from(keys, (key) => this.#key(key)))
  }

  /** From then on no call from outside changes it, for anybody and for good; programs still can. */
  freeze(): void {
    const { target, handle } = this.#access
    target.freeze(handle)
  }

  /** The elements of an array that was made with BPF_F_MMAPABLE, in place. A frozen one can be read alone. */
  live({ writable = true }: { writable?: boolean } = {}): LiveArray<V> {
    const { target, handle, name, value: codec, mapped } = this.#access
    if (mapped === 0) throw new UsageError(`map "${name}" cannot be mapped: it is no array with BPF_F_MMAPABLE`)
    const range = { offset: 0, length: mapped * strideOf(codec.size), writable }
    return new LiveArray<V>(name, { memory: target.mapMemory(handle, range), codec, length: mapped, writable })
  }

  *#typed(chunks: Iterable<{ keys: Uint8Array; values: Uint8Array; count: number }>): Generator<[K, V]> {
    const { key, value } = this.#access
    for (const { keys, values, count } of chunks) {
      const keyView = viewOf(keys)
      const valueView = viewOf(values)
      for (let at = 0; at < count; at += 1) {
        yield [this.#keyAt(keyView, at * key.size), this.#valueAt(valueView, at * value.size)]
      }
    }
  }

  #key(key: K): Uint8Array {
    return this.#access.key.encode(key, `key of ${this.#access.name}`)
  }

  #bytes(value: V): Uint8Array {
    return this.#access.value.encode(value, `value of ${this.#access.name}`)
  }

  #value(bytes: Uint8Array | undefined): V | undefined {
    return bytes === undefined ? undefined : this.#valueAt(viewOf(bytes), 0)
  }

  // Signatures of their own, because the compiler cannot know what the object says of the types.
  #keyAt(view: DataView, at: number): K
  #keyAt(view: DataView, at: number): unknown {
    const { key } = this.#access
    return key.decodeAt(view, at, key.size)
  }

  #valueAt(view: DataView, at: number): V
  #valueAt(view: DataView, at: number): unknown {
    const { value } = this.#access
    return value.decodeAt(view, at, value.size)
  }
}

/** Whether something was there to be done. */
function unlessMissing(work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof SyscallError && error.errno === 'ENOENT') return false
    throw error
  }
}

/** Answers of kernels and map types that lack a call. */
const lacking: ReadonlySet<string> = new Set(['ENOTSUPP', 'EOPNOTSUPP', 'EINVAL'])

const isUnsupported = (error: unknown): boolean => error instanceof SyscallError && lacking.has(error.errno)
