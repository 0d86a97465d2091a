import type { Cursor } from '../bytes/index.ts'
import { SHT } from './constants.ts'
import { cursorOf } from './symbols.ts'
import type { ElfSection } from './types.ts'

/** The version of a symbol that a library offers: `memcpy@@GLIBC_2.14` is the default one, `memcpy@GLIBC_2.2.5` is not. */
export interface SymbolVersion {
  name: string
  isDefault: boolean
}

// ABI: elf.h: the sign of a version that is not the default; the indexes of those that are none.
const HIDDEN = 0x8000
const VER_NDX_GLOBAL = 1

/** The versions of the dynamic symbols, by their indexes; none where the file has no versions. */
export function readVersions(whole: Cursor, sections: readonly ElfSection[]): readonly (SymbolVersion | undefined)[] {
  const table = sections.find(({ type }) => type === SHT.GNU_VERSYM)
  if (table === undefined) return []
  const names = definedVersions(whole, sections)
  const at = cursorOf(whole, table, table.name)
  return Array.from({ length: Math.floor(at.remaining / 2) }, () => {
    const word = at.u16()
    const index = word & ~HIDDEN
    const name = index > VER_NDX_GLOBAL ? names.get(index) : undefined
    return name === undefined ? undefined : { name, isDefault: (word & HIDDEN) === 0 }
  })
}

/** The versions that the file itself defines, by index. Those that it needs of others are of no symbol that it offers. */
function definedVersions(whole: Cursor, sections: readonly ElfSection[]): Map<number, string> {
  const found = new Map<number, string>()
  const table = sections.find(({ type }) => type === SHT.GNU_VERDEF)
  const strings = table === undefined ? undefined : sections[table.link]
  if (table === undefined || strings === undefined) return found
  const at = cursorOf(whole, table, table.name)
  const text = cursorOf(whole, strings, strings.name)
  // ABI: Elf64_Verdef and Elf64_Verdaux, elf.h. Each says how far it is to the next; the last one says 0.
  for (let offset = 0, next = -1; next !== 0; offset += next) {
    const entry = at.range(offset, 20, `version at ${offset}`)
    entry.skip(4)
    const index = entry.u16()
    entry.skip(6)
    const aux = entry.u32()
    next = entry.u32()
    found.set(index, text.name(at.range(offset + aux, 8, `name of version ${index}`).u32(), 'the name'))
  }
  return found
}
