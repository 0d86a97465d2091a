import type { BtfValue } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'
import type { LoadedMap } from '../load/loaded.ts'
import type { BpfObject } from '../object.ts'
import type { Target } from '../target.ts'
import { BpfMap } from './bpf-map.ts'
import { index, orHandle, perCpu, raw, typedOrRaw } from './codec.ts'
import { LiveVariables, type Variable } from './live-variable.ts'
import { descriptorTypes, indexedTypes, perCpuTypes } from './map-kinds.ts'
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
  const { type, keySize, valueSize, keyType, valueType } = spec
  const btf = spec.origin === 'definition' ? object.btf : placedTypes(object)
  const key = indexedTypes.has(type) ? index : typedOrRaw(btf, keyType, keySize)
  const plain = descriptorTypes.has(type) && valueType === 0 && valueSize === 4 ? index : typedOrRaw(btf, valueType, valueSize)
  const value = descriptorTypes.has(type) ? orHandle(plain) : plain
  return new BpfMap<K, V>({
    target,
    handle,
    name: spec.name,
    key: keySize === 0 ? raw(0) : key,
    value: perCpuTypes.has(type) ? perCpu(value, target.possibleCpus()) : value,
  })
}
