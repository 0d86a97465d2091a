import { type Btf, type BtfMember, sizeOf } from '../../btf/index.ts'
import { type ElfFile, STT } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { MapSpec } from '../object.ts'
import type { PlacedMap } from './data-maps.ts'

/** The maps that `.maps` defines: each variable's struct says by the types of its members what the map is. */
export function readMapDefinitions(elf: ElfFile, btf: Btf): PlacedMap[] {
  const legacy = elf.section('maps')
  if (legacy !== undefined) {
    throw new ObjectError({
      file: elf.file,
      path: 'maps',
      expected: 'maps in the BTF form, not in the old "maps" section',
      hint: 'write: struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); __type(key, __u32); __type(value, __u64); } name SEC(".maps");',
    })
  }
  const section = elf.section('.maps')
  const datasec = btf.find('.maps', 'datasec')
  if (section === undefined) return []
  if (datasec === undefined) {
    throw new ObjectError({ file: elf.file, path: '.maps', expected: 'BTF that describes the section', hint: 'compile with -g' })
  }
  return elf.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === STT.OBJECT)
    .toSorted((left, right) => left.value - right.value)
    .map((symbol) => ({
      spec: readDefinition(elf, btf, symbol.name),
      section: section.index,
      offset: symbol.value,
      wholeSection: false,
    }))
}

function readDefinition(elf: ElfFile, btf: Btf, name: string): MapSpec {
  const fail = (path: string, expected: string): never => {
    throw new ObjectError({ file: elf.file, path: `.maps/${name}${path}`, expected })
  }
  const variable = btf.find(name, 'var')
  const declared = variable === undefined ? undefined : btf.type(variable)
  const definition = declared?.kind === 'var' ? btf.resolved(declared.type) : undefined
  if (definition?.kind !== 'struct') return fail('', 'a variable whose type is a struct')

  const spec = { type: 0, keySize: 0, valueSize: 0, maxEntries: 0, flags: 0, numaNode: 0, mapExtra: 0n, keyType: 0, valueType: 0 }
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
        spec.mapExtra = BigInt(number())
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
      default:
        fail(`/${member.name}`, 'a field of a map definition that this loader knows')
    }
  }
  return { name, origin: 'definition', ...spec, autocreate: true, initial: null }
}

/** `__uint(name, n)` is a pointer to an array of n integers. */
function numberOf(btf: Btf, member: BtfMember): number | undefined {
  const pointer = btf.resolved(member.type)
  const array = pointer.kind === 'ptr' ? btf.resolved(pointer.type) : undefined
  return array?.kind === 'array' ? array.length : undefined
}

/** `__type(name, T)` is a pointer to T. */
function typeOf(btf: Btf, member: BtfMember): number | undefined {
  const pointer = btf.resolved(member.type)
  return pointer.kind === 'ptr' ? pointer.type : undefined
}
