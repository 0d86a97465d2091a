import type { Btf, BtfType } from '../../btf/index.ts'
import { type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol, STT } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { MapSlot } from '../object.ts'
import type { PlacedMap } from './data-maps.ts'
import { readMapFields } from './map-fields.ts'
import { PlacedRelocations } from './placed-relocations.ts'
import { SectionVariables, uniqueNames } from './same-names.ts'

type Struct = Extract<BtfType, { members: unknown }>

/** The maps that `.maps` defines, a variable each. */
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
  if (section === undefined) return []
  if (btf.find('.maps', 'datasec') === undefined) {
    throw new ObjectError({ file: elf.file, path: '.maps', expected: 'BTF that describes the section', hint: 'compile with -g' })
  }
  const relocations = new PlacedRelocations(elf.relocationsOf(section))
  const variables = new SectionVariables(btf, '.maps')
  const symbols = elf.symbols
    .filter((symbol) => symbol.section === section.index && symbol.type === STT.OBJECT)
    .toSorted((left, right) => left.value - right.value)
  const names = uniqueNames(symbols)
  let end = 0
  return symbols.map((symbol) => {
      const fail = (path: string, expected: string): never => {
        throw new ObjectError({ file: elf.file, path: `.maps/${symbol.name}${path}`, expected })
      }
      if (symbol.value < end) fail('', 'bytes of its own, but it shares some with the map before it')
      end = symbol.value + symbol.size
      const definition = definitionOf(btf, variables.of(symbol)) ?? fail('', 'a variable whose type is a struct')
      const spec = readMapFields(btf, definition, symbol.name, fail)
      // The name becomes that of a file: it must not lead out of the directory.
      if (spec.pinned && !/^\w[\w.]*$/.test(spec.name)) fail('/pinning', 'a map whose name can be that of a file')
      // The array of values has no length in the type, so the variable is longer than its struct.
      const slots = relocations
        .within(symbol.value, symbol.value + symbol.size)
        .map((relocation) => slotOf(elf, section, definition, { relocation, offset: relocation.offset - symbol.value, names }, fail))
      return { spec: { ...spec, name: names.get(symbol) ?? symbol.name, slots }, section: section.index, offset: symbol.value, wholeSection: false }
    })
}

function definitionOf(btf: Btf, variable: number | undefined): Struct | undefined {
  const declared = variable === undefined ? undefined : btf.type(variable)
  const definition = declared?.kind === 'var' ? btf.resolved(declared.type) : undefined
  return definition?.kind === 'struct' ? definition : undefined
}

/** A pointer in the array `values`: which map or program stands at which index from the start. */
function slotOf(
  elf: ElfFile,
  section: ElfSection,
  definition: Struct,
  { relocation, offset, names }: { relocation: ElfRelocation; offset: number; names: ReadonlyMap<ElfSymbol, string> },
  fail: (path: string, expected: string) => never,
): MapSlot {
  const { symbol } = relocation
  const values = definition.members.find((member) => member.name === 'values')
  const first = values === undefined ? definition.size : values.bitOffset / 8
  if (offset < first || (offset - first) % 8 !== 0) return fail(`+${offset}`, 'pointers only in the array "values"')
  const index = (offset - first) / 8
  if (symbol.section === section.index) return { index, kind: 'map', name: names.get(symbol) ?? symbol.name }
  if (symbol.type === STT.FUNC) return { index, kind: 'program', name: symbol.name }
  const where = elf.sections[symbol.section]?.name ?? 'no section'
  return fail(`/values[${index}]`, `a map or a program, not "${symbol.name}" of ${where}`)
}
