import { type Btf, codecOf, type BtfValue, parseBtf, sizeOf, type ValueCodec } from '../../btf/index.ts'
import { UsageError } from '../../errors/index.ts'
import { btfForKernel } from '../load/btf-for-kernel.ts'
import { nearestName } from '../../btf-match/index.ts'
import type { BpfObject, MapSpec } from '../object.ts'
import { valueFromText } from './from-text.ts'
import { type Place, placeOf, writePlace } from './place.ts'

/** A global variable of an object. */
export interface VariableSpec {
  readonly name: string
  /** The data map that holds it. */
  readonly map: MapSpec
  /** From the start of the map's value, bytes. */
  readonly offset: number
  readonly size: number
  /** In the object's types, as the kernel gets them. */
  readonly type: number
  readonly codec: ValueCodec
}

// ABI: BTF_VAR_STATIC, linux/btf.h.
const staticLinkage = 0

const placed = new WeakMap<BpfObject, Btf>()

/** The object's types with the places of its variables, which the compiler leaves to the linker. */
export function placedTypes(object: BpfObject): Btf {
  const types = placed.get(object) ?? parseBtf(btfForKernel(object), { file: object.file, path: '.BTF' })
  placed.set(object, types)
  return types
}

const found = new WeakMap<BpfObject, ReadonlyMap<string, VariableSpec>>()

/**
 * The global and static variables of all data sections by name. A static one of a function is called `function.name`.
 * Static ones that share a name are told apart by their map, and in one map by their place: `count@.bss+8`, also when it
 * is a global one that they share it with.
 */
export function variablesOf(object: BpfObject): ReadonlyMap<string, VariableSpec> {
  const known = found.get(object) ?? byName(object)
  found.set(object, known)
  return known
}

function byName(object: BpfObject): ReadonlyMap<string, VariableSpec> {
  const btf = placedTypes(object)
  const variables = object.maps.flatMap((map) => variablesIn(btf, map))
  const groups = Map.groupBy(variables, (variable) => variable.name)
  return new Map(
    variables.map(({ section, isStatic, ...variable }): [string, VariableSpec] => {
      const { id, offset } = variable
      const shares = isStatic && (groups.get(variable.name)?.length ?? 0) > 1
      const name = shares ? `${variable.name}@${section}+${offset}` : variable.name
      // Made when it is first used: a variable of a type without values is no obstacle for the others.
      return [name, { ...variable, name, type: ofVariable(btf, id), get codec() { return codecOf(btf, id, object.elf.littleEndian) } }]
    }),
  )
}

interface FoundVariable extends Pick<VariableSpec, 'name' | 'map' | 'offset' | 'size'> {
  /** In the object's types. */
  id: number
  section: string
  isStatic: boolean
}

function variablesIn(btf: Btf, map: MapSpec): FoundVariable[] {
  if (map.initial === null || map.valueType === 0) return []
  const end = map.origin === 'definition' ? map.initial.length : map.valueSize
  const section = btf.type(map.valueType)
  if (section.kind !== 'datasec') return []
  return section.variables.flatMap(({ type: id, offset }): FoundVariable[] => {
    const size = sizeOf(btf, id)
    if (offset + size > end) return []
    const variable = btf.type(id)
    const isStatic = variable.kind === 'var' && variable.linkage === staticLinkage
    return [{ name: btf.name(id), map, offset, size, id, section: section.name, isStatic }]
  })
}

function ofVariable(btf: Btf, id: number): number {
  const type = btf.type(id)
  return type.kind === 'var' ? type.type : id
}

/** Throws a `UsageError` that names the variables there are. */
export function variableOf(object: BpfObject, name: string): VariableSpec {
  const variables = variablesOf(object)
  const variable = variables.get(name)
  if (variable !== undefined) return variable
  const names = [...variables.keys()]
  const nearest = nearestName(name, names)
  throw new UsageError(`${object.file} has no variable "${name}"; it has ${names.join(', ') || 'none'}`, {
    hint: nearest === null ? '' : `did you mean "${nearest}"?`,
  })
}

/** The value with which a variable starts. */
export function initialVariable(object: BpfObject, name: string): BtfValue {
  const { codec, offset, size, map } = variableOf(object, name)
  return codec.decode(initialOf(map, name).subarray(offset, offset + size))
}

/**
 * Changes the value with which a variable starts, or a part of it, such as `tuning.steps[2]`; also of one that is
 * constant once the object is loaded.
 */
export function setVariable(object: BpfObject, path: string, value: unknown): void {
  const { btf, bytes, place } = placeOfVariable(object, path)
  writePlace(btf, bytes, place, value, object.elf.littleEndian)
}

/** The same with a value as a person writes it: see `valueFromText`. */
export function setVariableFromText(object: BpfObject, path: string, text: string): void {
  const { btf, bytes, place } = placeOfVariable(object, path)
  writePlace(btf, bytes, place, valueFromText(btf, place, text), object.elf.littleEndian)
}

function placeOfVariable(object: BpfObject, path: string): { btf: Btf; bytes: Uint8Array; place: Place } {
  // A variable of a function has a dot in its name, so the longest name that fits counts.
  const fits = [...variablesOf(object).keys()].filter((name) => path === name || /^[.[]/.test(path.slice(name.length)) && path.startsWith(name))
  const name = fits.toSorted((a, b) => b.length - a.length)[0] ?? path.replace(/[.[].*$/s, '')
  const { map, offset, size, type } = variableOf(object, name)
  const btf = placedTypes(object)
  const bytes = initialOf(map, name).subarray(offset, offset + size)
  return { btf, bytes, place: placeOf(btf, type, name, path.slice(name.length)) }
}

function initialOf(map: MapSpec, name: string): Uint8Array {
  if (map.origin !== 'kconfig' && map.initial !== null) return map.initial
  throw new UsageError(`"${name}" is an option of the kernel's configuration and takes its value from there`)
}
