import type { Btf, BtfValue } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { LoadedMap } from '../load/loaded-map.ts'
import type { BpfObject, MapSpec } from '../object.ts'
import type { Target } from '../target/target.ts'
import { MAP_FLAG, MAP_TYPE } from '../uapi.ts'
import { BpfMap } from './bpf-map.ts'
import { type Codec, index, orHandle, perCpu, raw, typedOrRaw } from './codec.ts'
import { longNumber, redirectTarget, stackOf } from './kernel-values.ts'
import { LiveVariables, type Variable } from './live-variable.ts'
import { descriptorTypes, indexedTypes, perCpuTypes, storageTypes } from './map-kinds.ts'
import { placedTypes } from './variables.ts'

/** What is in the maps of a loaded object. */
export interface Access {
  /** The elements of a map, typed as the object says. Throws a `UsageError` when it has no such map. */
  map<K = BtfValue, V = BtfValue>(name: string): BpfMap<K, V>
  /** A global variable, read and written in place. Throws a `UsageError` when there is none. */
  variable<V = BtfValue>(name: string): Variable<V>
}

export function accessTo(object: BpfObject, target: Target, maps: ReadonlyMap<string, LoadedMap>): Access & Disposable {
  const mapOf = (name: string): LoadedMap => {
    const map = maps.get(name)
    if (map !== undefined) return map
    throw new UsageError(`${object.file} has no map "${name}" that was created; it has ${[...maps.keys()].join(', ') || 'none'}`)
  }
  const variables = new LiveVariables(object, target, mapOf)
  return {
    map: <K, V>(name: string) => openMap<K, V>(object, target, mapOf(name)),
    variable: (name) => variables.variable(name),
    [Symbol.dispose]: () => variables[Symbol.dispose](),
  }
}

function openMap<K, V>(object: BpfObject, target: Target, { spec, handle }: LoadedMap): BpfMap<K, V> {
  const { type, maxEntries, flags } = spec
  const btf = spec.origin === 'definition' ? object.btf : placedTypes(object)
  const value = valueOf(btf, spec)
  return new BpfMap<K, V>({
    target,
    handle,
    name: spec.name,
    key: keyOf(btf, spec),
    value: perCpuTypes.has(type) ? perCpu(value, target.possibleCpus()) : value,
    mapped: type === MAP_TYPE.ARRAY && (flags & MAP_FLAG.MMAPABLE) !== 0 ? maxEntries : 0,
  })
}

function keyOf(btf: Btf, { type, keySize, keyType }: MapSpec): Codec {
  if (keySize === 0) return raw(0)
  if (indexedTypes.has(type)) return index
  const key = typedOrRaw(btf, keyType, keySize)
  return storageTypes.has(type) ? orHandle(key) : key
}

function valueOf(btf: Btf, { type, valueSize, valueType, flags }: MapSpec): Codec {
  const typed = typedOrRaw(btf, valueType, valueSize)
  const known = valueType === 0 ? kernelValue(type, valueSize, flags) : undefined
  return descriptorTypes.has(type) ? orHandle(known ?? typed) : (known ?? typed)
}

/** What the kernel itself says of a value, where the object does not. */
function kernelValue(type: number, size: number, flags: number): Codec | undefined {
  if (descriptorTypes.has(type)) return size === 4 ? index : size === 8 ? longNumber : undefined
  if (type === MAP_TYPE.STACK_TRACE) return size % 8 === 0 && (flags & MAP_FLAG.STACK_BUILD_ID) === 0 ? stackOf(size) : undefined
  if (type === MAP_TYPE.CPUMAP) return size === 8 ? redirectTarget('qsize') : index
  if (type === MAP_TYPE.DEVMAP || type === MAP_TYPE.DEVMAP_HASH) return size === 8 ? redirectTarget('ifindex') : index
  return undefined
}
