export { parseElf } from './elf.ts'
export { EM_BPF, ET_REL, SHF, SHN, SHT, STB, STT, STV } from './constants.ts'
export type { ElfFile } from './elf-file.ts'
export type { ElfRelocation, ElfSection, ElfSymbol } from './types.ts'
