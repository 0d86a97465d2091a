export interface ElfSection {
  index: number
  name: string
  /** One of `SHT`. */
  type: number
  /** `SHF` bits. */
  flags: number
  /** Where it stands in memory when the program runs; 0 in an object file. */
  address: bigint
  /** Bytes in memory; the same as `data.length` but for NOBITS sections, which have no bytes in the file. */
  size: number
  /** For a symbol table its string table; for relocations their symbol table. */
  link: number
  /** For relocations the section that they change. */
  info: number
  entrySize: number
  /** Its place must be a multiple of this, bytes; 0 and 1 mean any place. */
  align: number
  /** A view of the file's bytes. Empty for NOBITS. */
  data: Uint8Array
}

/** A part of the file that is mapped when it runs. */
export interface ElfSegment {
  /** One of `PT`. */
  type: number
  /** `PF` bits. */
  flags: number
  /** Of its first byte in the file. */
  offset: bigint
  /** Of its first byte in memory, before the whole is moved. */
  address: bigint
  /** Bytes in the file. */
  fileSize: bigint
}

export interface ElfSymbol {
  index: number
  name: string
  /** For a symbol of a section: the offset in it, bytes. */
  value: number
  size: number
  /** One of `STT`. */
  type: number
  /** One of `STB`. */
  binding: number
  /** One of `STV`. */
  visibility: number
  /** Index of its section, or one of `SHN`. */
  section: number
}

export interface ElfRelocation {
  /** Place in the section that is changed, bytes. */
  offset: number
  /** Kind, as the machine numbers them (R_BPF_64_64 = 1, R_BPF_64_ABS64 = 2, R_BPF_64_32 = 10). */
  type: number
  symbol: ElfSymbol
  /** Of RELA entries; zero for REL, whose addend stands in the section's bytes. */
  addend: bigint
}
