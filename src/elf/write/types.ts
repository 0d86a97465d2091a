/** A section to write. Those of its relocations are added behind it all. */
export interface NewElfSection {
  name: string
  /** One of `SHT`. */
  type: number
  /** `SHF` bits. */
  flags: number
  /** Bytes; its place in the file is a multiple of this too. */
  align: number
  entrySize: number
  /** Empty for NOBITS. */
  data: Uint8Array
  /** Bytes in memory of a NOBITS section, otherwise the length of `data`. */
  size: number
  relocations: readonly NewElfRelocation[]
}

export interface NewElfSymbol {
  name: string
  value: number
  size: number
  /** One of `STT`. */
  type: number
  /** One of `STB`. */
  binding: number
  /** One of `STV`. */
  visibility: number
  /** One of those that are written with it, or one of `SHN`. */
  section: NewElfSection | number
}

/** One without addend: that stands in the section's bytes. */
export interface NewElfRelocation {
  offset: number
  type: number
  /** One of those that are written with it. */
  symbol: NewElfSymbol
}

export interface NewElf {
  littleEndian: boolean
  /** `ET_REL` for an object file. */
  type: number
  machine: number
  sections: readonly NewElfSection[]
  symbols: readonly NewElfSymbol[]
}
