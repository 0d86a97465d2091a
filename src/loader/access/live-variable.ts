import type { BtfValue } from '../../btf/index.ts'
import { SyscallError, UsageError } from '../../errors/index.ts'
import type { BpfObject, MapSpec } from '../object.ts'
import type { LoadedArena } from '../load/arena.ts'
import type { LoadedMap } from '../load/loaded-map.ts'
import type { Memory } from '../target/handle.ts'
import type { Target } from '../target/target.ts'
import { MAP_FLAG } from '../uapi.ts'
import { type VariableSpec, variableOf } from './variables.ts'

/** A global variable of a loaded object, which programs read and write at the same time. */
export interface Variable<V = BtfValue> {
  readonly name: string
  /** False for constants: the verifier has relied on their values. */
  readonly writable: boolean
  /** An integer of up to 8 bytes is read whole; a larger value may change while it is read. */
  get(): V
  set(value: V): void
}

/** Where a section's first byte stands in memory. */
interface Place {
  memory: Memory
  start: number
}

const zeroKey = new Uint8Array(4)

/** The data maps of a loaded object in memory: each is mapped when a variable of it is first asked for. */
export class LiveVariables implements Disposable {
  readonly #object: BpfObject
  readonly #target: Target
  readonly #mapOf: (name: string) => LoadedMap
  readonly #places = new Map<string, Place | null>()
  readonly #owned = new DisposableStack()

  constructor(object: BpfObject, target: Target, mapOf: (name: string) => LoadedMap) {
    this.#object = object
    this.#target = target
    this.#mapOf = mapOf
  }

  variable<V>(name: string): Variable<V> {
    return new LiveVariable<V>(variableOf(this.#object, name), this)
  }

  /** The whole section, in place where it is mapped. */
  read({ map }: VariableSpec): Uint8Array {
    const place = this.#place(map)
    if (place !== null) return place.memory.bytes.subarray(place.start)
    const bytes = this.#target.lookup(this.#mapOf(map.name).handle, zeroKey, map.valueSize)
    if (bytes === undefined) throw new Error(`map "${map.name}" lost its only element`)
    return bytes
  }

  write(spec: VariableSpec, bytes: Uint8Array): void {
    const place = this.#place(spec.map)
    if (place !== null) return place.memory.bytes.set(bytes, place.start + spec.offset)
    // Without a mapping the whole section is written, so that other variables may lose what a program just wrote.
    const whole = this.read(spec).slice()
    whole.set(bytes, spec.offset)
    this.#target.update(this.#mapOf(spec.map.name).handle, zeroKey, whole)
  }

  /** Null where the kernel cannot map it: then each access is a call. */
  #place(map: MapSpec): Place | null {
    const known = this.#places.get(map.name)
    if (known !== undefined) return known
    const place = (map.flags & MAP_FLAG.MMAPABLE) === 0 ? null : this.#mapped(map)
    this.#places.set(map.name, place)
    return place
  }

  #mapped(map: MapSpec): Place | null {
    const { handle, arena } = this.#mapOf(map.name)
    if (arena !== undefined) return inArena(map, arena)
    try {
      const range = { offset: 0, length: map.valueSize, writable: isWritable(map) }
      return { memory: this.#owned.use(this.#target.mapMemory(handle, range)), start: 0 }
    } catch (error) {
      if (error instanceof SyscallError) return null
      throw error
    }
  }

  /** From then on every access fails. */
  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

function inArena({ name }: MapSpec, { memory, globalsAt }: LoadedArena): Place {
  if (memory !== null) return { memory, start: globalsAt }
  throw new UsageError(`the variables of arena "${name}" cannot be read: others made it, and its definition does not say its address`, {
    hint: 'say the address by map_extra: __ulong(map_extra, 1ull << 44)',
  })
}

class LiveVariable<V> implements Variable<V> {
  readonly #spec: VariableSpec
  readonly #data: LiveVariables

  constructor(spec: VariableSpec, data: LiveVariables) {
    this.#spec = spec
    this.#data = data
  }

  get name(): string {
    return this.#spec.name
  }

  get writable(): boolean {
    return isWritable(this.#spec.map)
  }

  // A signature of its own, because the compiler cannot know what the object says of the type.
  get(): V
  get(): unknown {
    const { codec, offset, size } = this.#spec
    return codec.decode(this.#data.read(this.#spec).subarray(offset, offset + size))
  }

  set(value: V): void {
    const { name } = this
    if (!this.writable) {
      const hint = `set it before loading, with setVariable(object, '${name}', …)`
      throw new UsageError(`"${name}" is constant once the object is loaded`, { hint })
    }
    this.#data.write(this.#spec, this.#spec.codec.encode(value, name))
  }
}

const isWritable = (map: MapSpec): boolean => (map.flags & MAP_FLAG.RDONLY_PROG) === 0
