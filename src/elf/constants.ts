// ABI: ELF64, elf.h.

export const ET_REL = 1
/** Programs that are linked to their place, and those and libraries that run at any. */
export const ET = { EXEC: 2, DYN: 3 } as const
export const EM_BPF = 247
export const EM = { X86_64: 62, AARCH64: 183 } as const

/** Section types. */
export const SHT = { NULL: 0, PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOTE: 7, NOBITS: 8, REL: 9, DYNSYM: 11, GNU_VERDEF: 0x6ffffffd, GNU_VERSYM: 0x6fffffff } as const
/** Section flags. */
export const SHF = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, INFO_LINK: 0x40 } as const
/** Segment types and flags. */
export const PT = { LOAD: 1 } as const
export const PF = { X: 1 } as const
/** Section indexes that name no section. */
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1, COMMON: 0xfff2 } as const
/** Symbol types. */
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4 } as const
/** Symbol binding. */
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const
/** Symbol visibility. */
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2 } as const
