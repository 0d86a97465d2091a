import { type Btf, codecOf, type BtfValue, parseBtf, sizeOf, type ValueCodec } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'
import { btfForKernel } from '../load/btf-for-kernel.ts'
import type { BpfObject, MapSpec } from '../object.ts'

/** A global variable of an object. */
export interface VariableSpec {
  readonly name: string
  /** The data map that holds it. */
  readonly map: MapSpec
  /** From the start of the map's value, bytes. */
  readonly offset: number
  readonly size: number
  readonly codec: ValueCodec
}

const placed = new WeakMap<BpfObject, Btf>()

/** The object's types with the places of its variables, which the compiler leaves to the linker. */
export function placedTypes(object: BpfObject): Btf {
  const types = placed.get(object) ?? parseBtf(btfForKernel(object), { file: object.file, path: '.BTF' })
  placed.set(object, types)
  return types
}

const found = new WeakMap<BpfObject, ReadonlyMap<string, VariableSpec>>()

/** The global and static variables of all data sections by name. A static one of a function is called `function.name`. */
export function variablesOf(object: BpfObject): ReadonlyMap<string, VariableSpec> {
  const known = found.get(object) ?? new Map(object.maps.flatMap((map) => variablesIn(object, map)))
  found.set(object, known)
  return known
}

function variablesIn(object: BpfObject, map: MapSpec): [string, VariableSpec][] {
  if (map.initial === null || map.valueType === 0) return []
  const end = map.origin === 'definition' ? map.initial.length : map.valueSize
  const btf = placedTypes(object)
  const section = btf.type(map.valueType)
  if (section.kind !== 'datasec') return []
  return section.variables.flatMap(({ type, offset }): [string, VariableSpec][] => {
    const size = sizeOf(btf, type)
    if (offset + size > end) return []
    const name = btf.name(type)
    // Made when it is first used: a variable of a type without values is no obstacle for the others.
    return [[name, { name, map, offset, size, get codec() { return codecOf(btf, type, object.elf.littleEndian) } }]]
  })
}

/** Throws a `UsageError` that names the variables there are. */
export function variableOf(object: BpfObject, name: string): VariableSpec {
  const variables = variablesOf(object)
  const variable = variables.get(name)
  if (variable !== undefined) return variable
  const names = [...variables.keys()].join(', ') || 'none'
  throw new UsageError(`${object.file} has no variable "${name}"; it has ${names}`)
}

/** The value with which a variable starts. */
export function initialVariable(object: BpfObject, name: string): BtfValue {
  const { codec, offset, size, map } = variableOf(object, name)
  return codec.decode(initialOf(map, name).subarray(offset, offset + size))
}

/** Changes the value with which a variable starts, also of one that is constant once the object is loaded. */
export function setVariable(object: BpfObject, name: string, value: unknown): void {
  const { codec, offset, map } = variableOf(object, name)
  initialOf(map, name).set(codec.encode(value, name), offset)
}

function initialOf(map: MapSpec, name: string): Uint8Array {
  if (map.origin !== 'kconfig' && map.initial !== null) return map.initial
  throw new UsageError(`"${name}" is an option of the kernel's configuration and takes its value from there`)
}
