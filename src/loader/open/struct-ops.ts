import type { Btf, BtfType } from '../../btf/index.ts'
import { type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol, STT } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import type { ProgramSpec, StructOpsSpec } from '../object.ts'
import { PlacedRelocations } from './placed-relocations.ts'
import { SectionVariables, uniqueNames } from './same-names.ts'
import { structOpsSections } from '../sections/section-names.ts'
import { PROG_TYPE } from '../uapi.ts'
import { optionalMembers } from './optional.ts'

type Struct = Extract<BtfType, { members: unknown }>

/** The struct_ops variables, with the program that the relocations put into each member. */
export function readStructOps(elf: ElfFile, btf: Btf, programs: readonly ProgramSpec[]): StructOpsSpec[] {
  const sections = structOpsSections.flatMap((name) => elf.section(name) ?? [])
  const variables = sections.flatMap((section) => elf.symbolsOf(section).filter(({ type }) => type === STT.OBJECT))
  const names = uniqueNames(variables)
  const ours = programs.filter(({ kind }) => kind?.type === PROG_TYPE.STRUCT_OPS)
  const byPlace = new Map(ours.map((program) => [placeOf(program.code.sectionIndex, program.code.offset), program]))
  return sections.flatMap((section) => readSection(elf, btf, section, byPlace, names))
}

/** The struct_ops programs by their sections and where they begin in them. */
type ProgramsByPlace = ReadonlyMap<string, ProgramSpec>
const placeOf = (section: number, offset: number): string => `${section}:${offset}`

function readSection(
  elf: ElfFile,
  btf: Btf,
  section: ElfSection,
  programs: ProgramsByPlace,
  names: ReadonlyMap<ElfSymbol, string>,
): StructOpsSpec[] {
  const fail = (path: string, expected: string, hint?: string): never => {
    throw new ObjectError({ file: elf.file, path: section.name + path, expected, ...(hint === undefined ? {} : { hint }) })
  }
  if (btf.find(section.name, 'datasec') === undefined) fail('', 'BTF that describes the section', 'compile with -g')
  const relocations = new PlacedRelocations(elf.relocationsOf(section))
  const variables = new SectionVariables(btf, section.name)

  let end = 0
  return elf
    .symbolsOf(section)
    .filter((symbol) => symbol.type === STT.OBJECT)
    .toSorted((left, right) => left.value - right.value)
    .map((symbol) => {
      const { name, value: offset } = symbol
      const variable = variables.of(symbol)
      const declared = variable === undefined ? undefined : btf.type(variable)
      const struct = declared?.kind === 'var' ? btf.resolved(declared.type) : undefined
      if (struct?.kind !== 'struct') return fail(`/${name}`, 'a variable whose type is a struct')
      if (offset + struct.size > section.data.length) return fail(`/${name}`, `${struct.size} bytes inside the section`)
      if (offset < end) return fail(`/${name}`, 'bytes of its own, but it shares some with the variable before it')
      end = offset + struct.size

      const filled = new Map<string, string>()
      const own = relocations.within(offset, end)
      for (const relocation of own) {
        const at = relocation.offset - offset
        const member = memberAt(struct, at) ?? fail(`/${name}`, `a member at byte ${at}, where a relocation stands`)
        const program = programOf(relocation, programs, section, elf.littleEndian)
        if (program === undefined) {
          fail(`/${name}.${member}`, `a struct_ops program, not "${relocation.symbol.name}"`, 'give it SEC("struct_ops")')
        } else {
          filled.set(member, program.name)
        }
      }
      const bytes = section.data.slice(offset, offset + struct.size)
      return {
        name: names.get(symbol) ?? name,
        mapName: name,
        section: section.name,
        link: section.name.endsWith('.link'),
        type: struct.id,
        bytes: withoutAddends(bytes, own, offset),
        programs: filled,
        optional: optionalMembers(btf, variable ?? 0, struct.id),
        autocreate: !section.name.startsWith('?'),
      }
    })
}

function memberAt(struct: Struct, byte: number): string | undefined {
  return struct.members.find((member) => member.bitOffset === byte * 8)?.name
}

/** A relocation names a program, or its section with the program's place in it as the addend. */
function programOf(
  relocation: ElfRelocation,
  programs: ProgramsByPlace,
  section: ElfSection,
  littleEndian: boolean,
): ProgramSpec | undefined {
  const { symbol, offset } = relocation
  const { buffer, byteOffset, byteLength } = section.data
  const hasAddend = symbol.type === STT.SECTION && offset + 8 <= byteLength
  const addend = hasAddend ? Number(new DataView(buffer, byteOffset + offset, 8).getBigUint64(0, littleEndian)) : 0
  return programs.get(placeOf(symbol.section, symbol.value + addend))
}

/** Function members hold zero until a program's fd stands there. */
function withoutAddends(bytes: Uint8Array, relocations: readonly ElfRelocation[], start: number): Uint8Array {
  for (const { offset } of relocations) {
    const at = offset - start
    bytes.fill(0, at, at + 8)
  }
  return bytes
}
