import { type Btf, type BtfMember, type BtfType, onlyEnumerator, sizeOf } from '../../btf/index.ts'
import type { MapSpec } from '../object.ts'
import { MAP_TYPE } from '../uapi.ts'

type Struct = Extract<BtfType, { members: unknown }>
type Fail = (path: string, expected: string) => never

// ABI: enum libbpf_pin_type, which objects are compiled with: LIBBPF_PIN_NONE, LIBBPF_PIN_BY_NAME.
const pinByName = 1

/**
 * Reads what a map is from the struct that defines it: each field says something by its type, since no value of it is
 * ever used. `fail` is called with the field that is wrong.
 */
export function readMapFields(btf: Btf, definition: Struct, name: string, fail: Fail): MapSpec {
  const spec = { type: 0, keySize: 0, valueSize: 0, maxEntries: 0, flags: 0, numaNode: 0, mapExtra: 0n, keyType: 0, valueType: 0 }
  let inner: MapSpec | null = null
  let values: 'maps' | 'programs' | undefined
  let pinned = false
  /** Sizes may be said twice, by a type and by a number, and must then agree. */
  const setSize = (field: 'keySize' | 'valueSize', size: number) => {
    if (spec[field] !== 0 && spec[field] !== size) fail(`/${field}`, `one size, not both ${spec[field]} and ${size}`)
    spec[field] = size
  }
  for (const member of definition.members) {
    const number = () => numberOf(btf, member) ?? fail(`/${member.name}`, 'a number, as __uint(name, number) declares it')
    const type = () => typeOf(btf, member) ?? fail(`/${member.name}`, 'a type, as __type(name, type) declares it')
    switch (member.name) {
      case 'type':
        spec.type = number()
        break
      case 'max_entries':
        spec.maxEntries = number()
        break
      case 'map_flags':
        spec.flags = number()
        break
      case 'numa_node':
        spec.numaNode = number()
        break
      case 'map_extra':
        spec.mapExtra = longOf(btf, member) ?? BigInt(number())
        break
      case 'key_size':
        setSize('keySize', number())
        break
      case 'value_size':
        setSize('valueSize', number())
        break
      case 'key':
        spec.keyType = type()
        setSize('keySize', sizeOf(btf, spec.keyType))
        break
      case 'value':
        spec.valueType = type()
        setSize('valueSize', sizeOf(btf, spec.valueType))
        break
      case 'pinning':
        pinned = pinningOf(number(), fail)
        break
      case 'values':
        inner = innerOf(btf, member, name, fail)
        values = inner === null ? 'programs' : 'maps'
        // ABI: both kinds hold descriptors.
        setSize('valueSize', 4)
        break
      default:
        fail(`/${member.name}`, 'a field of a map definition that this loader knows')
    }
  }
  const holdsMaps = spec.type === MAP_TYPE.ARRAY_OF_MAPS || spec.type === MAP_TYPE.HASH_OF_MAPS
  if (values === 'maps' ? !holdsMaps : values === 'programs' && spec.type !== MAP_TYPE.PROG_ARRAY) {
    fail('/values', `no ${values}, which a map of type ${spec.type} cannot hold`)
  }
  return { name, origin: 'definition', ...spec, autocreate: true, initial: null, inner, slots: [], pinned }
}

function pinningOf(number: number, fail: Fail): boolean {
  if (number > pinByName) fail('/pinning', `LIBBPF_PIN_NONE (0) or LIBBPF_PIN_BY_NAME (1), not ${number}`)
  return number === pinByName
}

/** `__array(values, T)` is an array of pointers: to the struct of an inner map, or to a program's prototype. */
function innerOf(btf: Btf, member: BtfMember, name: string, fail: Fail): MapSpec | null {
  const array = btf.resolved(member.type)
  const pointer = array.kind === 'array' ? btf.resolved(array.element) : undefined
  const target = pointer?.kind === 'ptr' ? btf.resolved(pointer.type) : undefined
  if (target?.kind === 'func_proto') return null
  if (target?.kind !== 'struct') return fail('/values', 'an array of inner maps or programs, as __array(values, type) declares it')
  const nested: Fail = (path, expected) => fail(`/values${path}`, expected)
  if (target.members.some((field) => field.name === 'values')) nested('', 'inner maps that hold no maps themselves')
  return readMapFields(btf, target, `${name}.inner`, nested)
}

/** `__uint(name, n)` is a pointer to an array of n integers. */
function numberOf(btf: Btf, member: BtfMember): number | undefined {
  const pointer = btf.resolved(member.type)
  const array = pointer.kind === 'ptr' ? btf.resolved(pointer.type) : undefined
  return array?.kind === 'array' ? array.length : undefined
}

/** `__ulong(name, n)` is an enum with one value, since an array cannot have so many elements. */
function longOf(btf: Btf, member: BtfMember): bigint | undefined {
  const only = onlyEnumerator(btf, member.type)
  return only === undefined ? undefined : BigInt.asUintN(64, only)
}

/** `__type(name, T)` is a pointer to T. */
function typeOf(btf: Btf, member: BtfMember): number | undefined {
  const pointer = btf.resolved(member.type)
  return pointer.kind === 'ptr' ? pointer.type : undefined
}
