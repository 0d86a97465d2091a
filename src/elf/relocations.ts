import type { Cursor } from '../bytes/index.ts'
import { SHT } from './constants.ts'
import { cursorOf } from './symbols.ts'
import type { ElfRelocation, ElfSection, ElfSymbol } from './types.ts'

// ABI: Elf64_Rel and Elf64_Rela, elf.h.
const entrySizes = { [SHT.REL]: 16, [SHT.RELA]: 24 } as const

/** The entries of one relocation section. `symbols` are those of the section `symbolTable`. */
export function relocations(
  whole: Cursor,
  section: ElfSection,
  symbolTable: number | undefined,
  symbols: readonly ElfSymbol[],
): ElfRelocation[] {
  const withAddend = section.type === SHT.RELA
  const entrySize = entrySizes[withAddend ? SHT.RELA : SHT.REL]
  const at = cursorOf(whole, section, section.name)
  if (section.link !== symbolTable) at.fail(`a link to the symbol table, not to section ${section.link}`)
  if (section.data.length % entrySize !== 0) at.fail(`entries of ${entrySize} bytes, but it has ${section.data.length}`)

  return Array.from({ length: section.data.length / entrySize }, (_, index) => {
    const entry = at.range(index * entrySize, entrySize, `relocation[${index}]`)
    const offset = entry.size64('the offset')
    const info = entry.u64()
    const addend = withAddend ? entry.i64() : 0n
    const symbol = symbols[Number(info >> 32n)]
    if (symbol === undefined) return entry.fail(`symbol ${info >> 32n}, but there are ${symbols.length}`)
    return { offset, type: Number(info & 0xffff_ffffn), symbol, addend }
  })
}
