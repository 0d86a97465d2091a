import type { Btf } from '../../btf/index.ts'
import type { ElfFile } from '../../elf/index.ts'
import { ObjectError } from '../../errors/index.ts'
import { MAP_TYPE } from '../uapi.ts'
import type { PlacedMap } from './data-maps.ts'

/** Where the compiler puts global variables that are declared `__arena`. */
const arenaSection = '.addr_space.1'

/**
 * Gives the object's arena the variables that are to stand in it: their first values, and the section of the types that
 * says where each is. Answers the definitions with that arena, and where instructions mean it by its variables.
 */
export function placeArenaGlobals(elf: ElfFile, btf: Btf, definitions: readonly PlacedMap[]): { maps: PlacedMap[]; globals: PlacedMap[] } {
  const section = elf.section(arenaSection)
  if (section === undefined || section.size === 0) return { maps: [...definitions], globals: [] }
  const [arena, other] = definitions.filter(({ spec }) => spec.type === MAP_TYPE.ARENA)
  if (arena === undefined || other !== undefined) {
    const found = other === undefined ? 'has none' : 'has several'
    throw new ObjectError({
      file: elf.file,
      path: arenaSection,
      expected: `one map of type BPF_MAP_TYPE_ARENA to hold the variables of ${section.size} bytes, but the object ${found}`,
      hint: 'write: struct { __uint(type, BPF_MAP_TYPE_ARENA); __uint(map_flags, BPF_F_MMAPABLE); __uint(max_entries, PAGES); } arena SEC(".maps");',
    })
  }
  const valueType = btf.find(arenaSection, 'datasec') ?? 0
  const spec = { ...arena.spec, valueType, initial: section.data.slice() }
  return {
    maps: definitions.map((placed) => (placed === arena ? { ...arena, spec } : placed)),
    globals: [{ spec, section: section.index, offset: 0, wholeSection: true }],
  }
}
