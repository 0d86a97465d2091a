import type { Cursor } from '../bytes/index.ts'
import { SHT } from './constants.ts'
import { relocations } from './relocations.ts'
import { readSegments, type SegmentTable } from './segments.ts'
import { readSymbols } from './symbols.ts'
import type { ElfRelocation, ElfSection, ElfSegment, ElfSymbol } from './types.ts'
import { readVersions, type SymbolVersion } from './versions.ts'

interface ElfParts {
  whole: Cursor
  type: number
  machine: number
  sections: readonly ElfSection[]
  segments: SegmentTable
}

/** An ELF file whose section table has been read. Symbols and relocations are read when they are asked for. */
export class ElfFile {
  /** As the caller named it. */
  readonly file: string
  readonly bytes: Uint8Array
  readonly littleEndian: boolean
  /** `ET_REL` for an object file. */
  readonly type: number
  readonly machine: number
  readonly sections: readonly ElfSection[]
  readonly #whole: Cursor
  readonly #segmentTable: SegmentTable
  readonly #byName: ReadonlyMap<string, ElfSection>
  /** An object file has at most one. */
  readonly #symbolTable: ElfSection | undefined
  #segments: readonly ElfSegment[] | undefined
  #symbols: readonly ElfSymbol[] | undefined
  #symbolsBySection: ReadonlyMap<number, readonly ElfSymbol[]> | undefined
  #relocationSections: ReadonlyMap<number, readonly ElfSection[]> | undefined

  /** Use `parseElf`. */
  constructor({ whole, type, machine, sections, segments }: ElfParts) {
    this.file = whole.file
    this.bytes = whole.bytes
    this.littleEndian = whole.littleEndian
    this.type = type
    this.machine = machine
    this.sections = sections
    this.#whole = whole
    this.#segmentTable = segments
    this.#byName = new Map(sections.toReversed().map((section) => [section.name, section]))
    this.#symbolTable = sections.find((section) => section.type === SHT.SYMTAB)
  }

  /** The first section of a name. */
  section(name: string): ElfSection | undefined {
    return this.#byName.get(name)
  }

  /** In file order, which is that of their indexes. A kernel has 200,000, and who wants its BTF needs none of them. */
  get symbols(): readonly ElfSymbol[] {
    this.#symbols ??= readSymbols(this.#whole, this.#symbolTable, this.sections)
    return this.#symbols
  }

  /** What a program or library offers others, which it keeps when it is stripped. An object file has none. */
  get dynamicSymbols(): readonly ElfSymbol[] {
    return readSymbols(this.#whole, this.sections.find((section) => section.type === SHT.DYNSYM), this.sections)
  }

  /** The versions of the dynamic symbols, by their indexes. */
  get dynamicVersions(): readonly (SymbolVersion | undefined)[] {
    return readVersions(this.#whole, this.sections)
  }

  /** The parts that are mapped when it runs. */
  get segments(): readonly ElfSegment[] {
    this.#segments ??= readSegments(this.#whole, this.#segmentTable)
    return this.#segments
  }

  /** The symbols of a section, in file order. */
  symbolsOf(section: ElfSection): readonly ElfSymbol[] {
    this.#symbolsBySection ??= Map.groupBy(this.symbols, (symbol) => symbol.section)
    return this.#symbolsBySection.get(section.index) ?? []
  }

  /** The relocations that change a section, in file order. */
  relocationsOf(section: ElfSection): ElfRelocation[] {
    this.#relocationSections ??= Map.groupBy(
      this.sections.filter(({ type }) => type === SHT.REL || type === SHT.RELA),
      ({ info }) => info,
    )
    const lists = this.#relocationSections.get(section.index) ?? []
    return lists.flatMap((list) => relocations(this.#whole, list, this.#symbolTable?.index, this.symbols))
  }
}
