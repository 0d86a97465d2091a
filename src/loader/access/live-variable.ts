import type { BtfValue } from '../../btf/index.ts'
import { SyscallError, UsageError } from '../../errors/index.ts'
import type { BpfObject, MapSpec } from '../object.ts'
import type { Handle, Memory, Target } from '../target.ts'
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

const zeroKey = new Uint8Array(4)

/** The data maps of a loaded object in memory: each is mapped when a variable of it is first asked for. */
export class LiveVariables implements Disposable {
  readonly #object: BpfObject
  readonly #target: Target
  readonly #mapOf: (name: string) => Handle
  readonly #memories = new Map<string, Memory | null>()
  readonly #owned = new DisposableStack()

  constructor(object: BpfObject, target: Target, mapOf: (name: string) => Handle) {
    this.#object = object
    this.#target = target
    this.#mapOf = mapOf
  }

  variable<V>(name: string): Variable<V> {
    return new LiveVariable<V>(variableOf(this.#object, name), this)
  }

  /** The whole section, in place where it is mapped. */
  read({ map }: VariableSpec): Uint8Array {
    const memory = this.#memory(map)
    if (memory !== null) return memory.bytes
    const bytes = this.#target.lookup(this.#mapOf(map.name), zeroKey, map.valueSize)
    if (bytes === undefined) throw new Error(`map "${map.name}" lost its only element`)
    return bytes
  }

  write(spec: VariableSpec, bytes: Uint8Array): void {
    const memory = this.#memory(spec.map)
    if (memory !== null) return memory.bytes.set(bytes, spec.offset)
    // Without a mapping the whole section is written, so that other variables may lose what a program just wrote.
    const whole = this.read(spec).slice()
    whole.set(bytes, spec.offset)
    this.#target.update(this.#mapOf(spec.map.name), zeroKey, whole)
  }

  /** Null where the kernel cannot map it: then each access is a call. */
  #memory(map: MapSpec): Memory | null {
    const known = this.#memories.get(map.name)
    if (known !== undefined) return known
    const memory = (map.flags & MAP_FLAG.MMAPABLE) === 0 ? null : this.#mapped(map)
    this.#memories.set(map.name, memory)
    return memory
  }

  #mapped(map: MapSpec): Memory | null {
    try {
      const range = { offset: 0, length: map.valueSize, writable: isWritable(map) }
      return this.#owned.use(this.#target.mapMemory(this.#mapOf(map.name), range))
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
