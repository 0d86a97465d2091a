import type { Btf, BtfExt } from '../../btf/index.ts'
import type { CoreRelocation } from '../../core-relo/index.ts'
import { type ElfFile, type ElfSection, type ElfSymbol, SHF, SHT, STT, STV } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { insnSize } from '../instructions.ts'
import type { FunctionSpec } from '../object.ts'

/** Whether a section holds code. */
export const isCode = (section: ElfSection): boolean =>
  section.type === SHT.PROGBITS && (section.flags & SHF.EXECINSTR) !== 0

/** The functions of all code sections, by section and then by place. */
export function readFunctions(elf: ElfFile, btf: Btf, ext: BtfExt): FunctionSpec[] {
  return elf.sections.filter(isCode).flatMap((section) => {
    const relocations = coreRelocationsOf(section, btf, ext)
    return elf.symbols
      .filter((symbol) => symbol.section === section.index && symbol.type === STT.FUNC)
      .toSorted((left, right) => left.value - right.value)
      .map((symbol) => readFunction(elf, section, symbol, relocations))
  })
}

function readFunction(
  elf: ElfFile,
  section: ElfSection,
  symbol: ElfSymbol,
  relocations: readonly CoreRelocation[],
): FunctionSpec {
  const { value, size, name } = symbol
  const end = value + size
  if (size === 0 || size % insnSize !== 0 || value % insnSize !== 0 || end > section.data.length) {
    throw new ObjectError({
      file: elf.file,
      path: `${section.name}/${name}`,
      expected: `whole instructions inside the section's ${section.data.length} bytes, not ${size} bytes at ${value}`,
    })
  }
  return {
    name,
    section: section.name,
    sectionIndex: section.index,
    offset: value,
    bytes: section.data.subarray(value, end),
    hidden: symbol.visibility === STV.HIDDEN || symbol.visibility === STV.INTERNAL,
    references: [],
    coreRelocations: relocations
      .filter(({ offset }) => offset >= value && offset < end)
      .map((relocation) => ({ ...relocation, offset: relocation.offset - value })),
  }
}

function coreRelocationsOf(section: ElfSection, btf: Btf, ext: BtfExt): CoreRelocation[] {
  return ext.coreRelos
    .filter((list) => btf.string(list.nameOffset, 0) === section.name)
    .flatMap(({ words, recordSize, count }) =>
      Array.from({ length: count }, (_, index) => {
        // ABI: struct bpf_core_relo, linux/bpf.h: insn_off, type_id, access_str_off, kind.
        const at = (index * recordSize) / 4
        const word = (offset: number) => words[at + offset] ?? 0
        return { offset: word(0), type: word(1), access: btf.string(word(2), word(1)), kind: word(3) }
      }),
    )
}
