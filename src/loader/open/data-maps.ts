import type { Btf, BtfType } from '../../btf/index.ts'
import { type ElfFile, type ElfSection, SHF, SHT, STV } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { ExternSpec, MapSpec } from '../object.ts'
import { structOpsSections } from '../sections/section-names.ts'
import { MAP_FLAG, MAP_TYPE, objectNameSize } from '../uapi.ts'

/** A map and the section that instructions name when they mean it. */
export interface PlacedMap {
  spec: MapSpec
  /** Null for a map that no section of the file holds. */
  section: number | null
  /** Of its definition in that section, bytes; for a data map the section as a whole. */
  offset: number
  wholeSection: boolean
}

/** Of all data together, bytes: far more than an algorithm has. A .bss section can claim any size without a byte to show. */
const mostData = 2 ** 30
/** Of the values of configuration options, bytes: they are numbers, and texts of a line. */
const mostConfig = 2 ** 20

// ABI: BTF_VAR_STATIC, linux/btf.h.
const staticLinkage = 0

/** One array map of one element for each section of global data, and one for the configuration values asked for. */
export function readDataMaps(elf: ElfFile, btf: Btf, objectName: string, externs: readonly ExternSpec[]): PlacedMap[] {
  const refuse = (size: number, path: string, most: number): never => {
    throw new ObjectError({ file: elf.file, path, expected: `at most ${most} bytes of data, not ${size}` })
  }
  let total = 0
  const placed = elf.sections.flatMap((section): PlacedMap[] => {
    const origin = originOf(section)
    if (origin === null || section.size === 0) return []
    total += section.size
    if (total > mostData) refuse(total, section.name, mostData)
    const initial = section.type === SHT.NOBITS ? new Uint8Array(section.size) : section.data.slice()
    const hidden = new Set(elf.symbolsOf(section).flatMap(({ name, visibility }) => (visibility === STV.DEFAULT ? [] : [name])))
    const spec = dataMap(btf, objectName, section.name, { origin, initial, hidden })
    return [{ spec, section: section.index, offset: 0, wholeSection: true }]
  })
  const end = externs.reduce((size, extern) => (extern.kind === 'kconfig' ? Math.max(size, extern.offset + extern.size) : size), 0)
  if (end === 0) return placed
  if (end > mostConfig) refuse(end, '.kconfig', mostConfig)
  const spec = dataMap(btf, objectName, '.kconfig', { origin: 'kconfig', initial: new Uint8Array(end), hidden: new Set() })
  return [...placed, { spec, section: null, offset: 0, wholeSection: true }]
}

/** A section's name decides, with a suffix for custom sections: `.data`, `.data.hot`, `.rodata.str1.1`, `.bss`. */
function originOf(section: ElfSection): MapSpec['origin'] | null {
  if ((section.flags & SHF.ALLOC) === 0 || structOpsSections.includes(section.name)) return null
  const [, head] = /^\.(data|rodata|bss)(?:\.|$)/.exec(section.name) ?? []
  return head === 'data' || head === 'rodata' || head === 'bss' ? head : null
}

function dataMap(
  btf: Btf,
  objectName: string,
  section: string,
  { origin, initial, hidden }: { origin: MapSpec['origin']; initial: Uint8Array; hidden: ReadonlySet<string> },
): MapSpec {
  const valueType = btf.find(section, 'datasec') ?? 0
  const readonly = origin === 'rodata' || origin === 'kconfig'
  const flags = (readonly ? MAP_FLAG.RDONLY_PROG : 0) | (hasGlobals(btf, valueType, hidden) ? MAP_FLAG.MMAPABLE : 0)
  return {
    name: dataMapName(objectName, section),
    origin,
    type: MAP_TYPE.ARRAY,
    keySize: 4,
    valueSize: initial.length,
    maxEntries: 1,
    flags,
    numaNode: 0,
    mapExtra: 0n,
    keyType: 0,
    valueType,
    autocreate: true,
    initial,
    inner: null,
    slots: [],
    pinned: false,
  }
}

/**
 * Only variables that other objects and tools may see are worth a mapping. Data that the kernel manages, such as lists
 * and locks, is hidden for this: who maps it could break it.
 */
function hasGlobals(btf: Btf, datasec: number, hidden: ReadonlySet<string>): boolean {
  const type: BtfType = btf.type(datasec)
  if (type.kind !== 'datasec') return false
  return type.variables.some((variable) => {
    const target = btf.type(variable.type)
    return target.kind === 'var' && target.linkage !== staticLinkage && !hidden.has(target.name)
  })
}

/**
 * As other tools name them: `bpf_dctc.rodata`, the object's name cut so that the section's stays whole. A custom section
 * gives its whole name, for only that tells it from others; the kernel gets as much of it as it takes.
 */
function dataMapName(objectName: string, section: string): string {
  const custom = section.indexOf('.', 1) > 0
  if (custom) return section
  const longest = objectNameSize - 1
  const room = Math.max(0, longest - Math.max(section.length, '.rodata'.length))
  return (objectName.slice(0, room) + section).replaceAll(/[^\w.]/g, '_')
}
