import type { Cursor } from '../bytes/index.ts'
import type { ElfSection, ElfSymbol } from './types.ts'

// ABI: Elf64_Sym, elf.h.
const symbolSize = 24

/** The entries of the symbol table; none when there is no table. */
export function readSymbols(whole: Cursor, table: ElfSection | undefined, sections: readonly ElfSection[]): ElfSymbol[] {
  if (table === undefined) return []
  const path = `section[${table.index}]`
  const at = cursorOf(whole, table, path)
  const names = sections[table.link]
  if (names === undefined) return at.fail(`a string table, but section ${table.link} does not exist`)
  const strings = cursorOf(whole, names, `section[${names.index}]`)
  if (table.data.length % symbolSize !== 0) at.fail(`symbols of ${symbolSize} bytes, but it has ${table.data.length}`)

  return Array.from({ length: table.data.length / symbolSize }, (_, index) => {
    const entry = at.range(index * symbolSize, symbolSize, `symbol[${index}]`)
    const nameOffset = entry.u32()
    const info = entry.u8()
    const visibility = entry.u8() & 3
    const section = entry.u16()
    const value = entry.size64('the value')
    const size = entry.size64('the size')
    return {
      index,
      name: strings.name(nameOffset, `the name of symbol[${index}]`),
      value,
      size,
      type: info & 0xf,
      binding: info >> 4,
      visibility,
      section,
    }
  })
}

/** A cursor over a section's bytes, for reading tables that stand in it. */
export function cursorOf(whole: Cursor, section: ElfSection, path: string): Cursor {
  const start = section.data.byteOffset - whole.bytes.byteOffset
  return whole.range(start, section.data.length, path)
}
