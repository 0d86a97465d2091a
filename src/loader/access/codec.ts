import { type Btf, codecOf } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'

/** How keys or values of a map stand in bytes. */
export interface Codec {
  readonly size: number
  decodeAt(view: DataView, at: number, length: number): unknown
  encode(value: unknown, name: string): Uint8Array
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** By the type, where it is known and as large as what it stands for; else the bytes themselves. */
export function typedOrRaw(btf: Btf, type: number, size: number): Codec {
  const codec = type === 0 ? undefined : codecOf(btf, type)
  return codec?.size === size ? codec : raw(size)
}

export const raw = (size: number): Codec => ({
  size,
  decodeAt: (view, at) => new Uint8Array(view.buffer, view.byteOffset + at, size).slice(),
  encode(value, name) {
    if (value instanceof Uint8Array && value.length === size) return value
    throw new UsageError(`${name}: expected ${size} bytes, since the object does not say of which type it is`)
  },
})

/** Of arrays, whose keys are indexes, and of what the kernel knows by a number. */
export const index: Codec = {
  size: 4,
  decodeAt: (view, at) => view.getUint32(at, true),
  encode(value, name) {
    const number = hasNumber(value) ? value.number : value
    if (typeof number !== 'number' || number >>> 0 !== number) throw new UsageError(`${name}: expected an index, not ${String(value)}`)
    return new Uint8Array(Uint32Array.of(number).buffer)
  },
}

/** Takes a handle where the kernel wants the number of a descriptor; else as another codec. */
export const orHandle = (codec: Codec): Codec => ({
  ...codec,
  size: codec.size,
  decodeAt: (view, at, length) => codec.decodeAt(view, at, length),
  encode(value, name) {
    if (!hasNumber(value)) return codec.encode(value, name)
    const bytes = new Uint8Array(codec.size)
    bytes.set(index.encode(value, name))
    return bytes
  },
})

const hasNumber = (value: unknown): value is { number: number } =>
  typeof value === 'object' && value !== null && Symbol.dispose in value && 'number' in value && typeof value.number === 'number'

const unit = 8

/** ABI: bpf(2) keeps one value of a per-CPU map for each possible CPU, each beginning at a multiple of 8 bytes. */
export function perCpu(codec: Codec, cpus: number): Codec {
  const stride = Math.ceil(codec.size / unit) * unit
  return {
    size: stride * cpus,
    decodeAt: (view, at) => Array.from({ length: cpus }, (_, cpu) => codec.decodeAt(view, at + cpu * stride, codec.size)),
    encode(value, name) {
      if (!Array.isArray(value) || value.length !== cpus) {
        throw new UsageError(`${name}: expected an array with a value for each of ${cpus} CPUs`)
      }
      const bytes = new Uint8Array(stride * cpus)
      for (const [cpu, part] of value.entries()) bytes.set(codec.encode(part, `${name}[${cpu}]`), cpu * stride)
      return bytes
    },
  }
}
