import { EM_BPF, ET_REL, SHN, SHT, STB, STT } from '../../src/elf/index.ts'

export interface SectionToWrite {
  name: string
  type?: number
  flags?: number
  data?: Uint8Array
  /** Of a section without bytes in the file. */
  size?: number | bigint
  link?: number
  info?: number
  align?: number
  relocations?: readonly RelocationToWrite[]
}

export interface SymbolToWrite {
  name: string
  /** The name of its section, or an index. Undefined for what another object is to provide. */
  section?: string | number
  value?: number | bigint
  size?: number
  type?: number
  binding?: number
  visibility?: number
}

export interface RelocationToWrite {
  offset: number
  type?: number
  /** The name of its symbol. */
  symbol: string
  /** Makes its list one with addends. */
  addend?: bigint
}

export interface ElfToWrite {
  littleEndian?: boolean
  type?: number
  machine?: number
  sections?: readonly SectionToWrite[]
  symbols?: readonly SymbolToWrite[]
}

// ABI: Elf64_Ehdr, Elf64_Shdr and Elf64_Sym, elf.h.
const fileHeaderSize = 64
const sectionHeaderSize = 64
const symbolSize = 24

/**
 * Writes an ELF64 file: the sections in their order from index 1 on, a relocation section for each that has any, and
 * then `.symtab` and `.strtab`. The section table stands at the end.
 */
export function writeElf(elf: ElfToWrite): Uint8Array<ArrayBuffer> {
  const littleEndian = elf.littleEndian ?? true
  const strings = new StringTable()
  const symbols = [{ name: '' }, ...(elf.symbols ?? [])]
  const own = elf.sections ?? []
  const withRelocations = own.filter((section) => section.relocations !== undefined)
  const tableIndex = 1 + own.length + withRelocations.length
  const indexOf = (name: string) => 1 + own.findIndex((section) => section.name === name)
  const symbolIndex = (name: string) => symbols.findIndex((symbol) => symbol.name === name)

  const sections: SectionToWrite[] = [
    { name: '', type: SHT.NULL },
    ...own,
    ...withRelocations.map((section): SectionToWrite => {
      const rela = section.relocations?.some(({ addend }) => addend !== undefined) ?? false
      return {
        name: `${rela ? '.rela' : '.rel'}${section.name}`,
        type: rela ? SHT.RELA : SHT.REL,
        link: tableIndex,
        info: indexOf(section.name),
        data: relocationBytes(section.relocations ?? [], rela, symbolIndex, littleEndian),
      }
    }),
    {
      name: '.symtab',
      type: SHT.SYMTAB,
      link: tableIndex + 1,
      data: symbolBytes(symbols, strings, indexOf, littleEndian),
    },
    { name: '.strtab', type: SHT.STRTAB },
  ]
  const named = sections.map((section) => ({ ...section, nameOffset: strings.add(section.name) }))
  const last = named.at(-1)
  if (last !== undefined) last.data = strings.bytes()

  let end = fileHeaderSize
  const placed = named.map((section) => {
    const offset = end
    end = Math.ceil((end + (section.data?.length ?? 0)) / 8) * 8
    return { ...section, offset }
  })
  const out = new Uint8Array(end + placed.length * sectionHeaderSize)
  const view = new DataView(out.buffer)
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, littleEndian ? 1 : 2, 1])
  view.setUint16(16, elf.type ?? ET_REL, littleEndian)
  view.setUint16(18, elf.machine ?? EM_BPF, littleEndian)
  view.setUint32(20, 1, littleEndian)
  view.setBigUint64(40, BigInt(end), littleEndian)
  view.setUint16(52, fileHeaderSize, littleEndian)
  view.setUint16(58, sectionHeaderSize, littleEndian)
  view.setUint16(60, placed.length, littleEndian)
  view.setUint16(62, placed.length - 1, littleEndian)
  for (const [index, section] of placed.entries()) {
    const at = end + index * sectionHeaderSize
    out.set(section.data ?? [], section.offset)
    view.setUint32(at, section.nameOffset, littleEndian)
    view.setUint32(at + 4, section.type ?? SHT.PROGBITS, littleEndian)
    view.setBigUint64(at + 8, BigInt(section.flags ?? 0), littleEndian)
    view.setBigUint64(at + 24, BigInt(section.offset), littleEndian)
    view.setBigUint64(at + 32, BigInt(section.size ?? section.data?.length ?? 0), littleEndian)
    view.setUint32(at + 40, section.link ?? 0, littleEndian)
    view.setUint32(at + 44, section.info ?? 0, littleEndian)
    view.setBigUint64(at + 48, BigInt(section.align ?? 0), littleEndian)
  }
  return out
}

/** Where the header of a section stands in a file that `writeElf` wrote. */
export function sectionHeader(bytes: Uint8Array, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Number(view.getBigUint64(40, bytes[5] === 1)) + index * sectionHeaderSize
}

class StringTable {
  readonly #parts: Buffer[] = [Buffer.alloc(1)]
  #end = 1

  add(text: string): number {
    if (text === '') return 0
    const offset = this.#end
    const bytes = Buffer.from(`${text}\0`)
    this.#parts.push(bytes)
    this.#end += bytes.length
    return offset
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts))
  }
}

function symbolBytes(
  symbols: readonly SymbolToWrite[],
  strings: StringTable,
  indexOf: (section: string) => number,
  littleEndian: boolean,
): Uint8Array {
  const out = new Uint8Array(symbols.length * symbolSize)
  const view = new DataView(out.buffer)
  for (const [index, symbol] of symbols.entries()) {
    const at = index * symbolSize
    const { section = SHN.UNDEF, binding = STB.GLOBAL, type = STT.NOTYPE } = symbol
    view.setUint32(at, strings.add(symbol.name), littleEndian)
    view.setUint8(at + 4, index === 0 ? 0 : (binding << 4) | type)
    view.setUint8(at + 5, symbol.visibility ?? 0)
    view.setUint16(at + 6, typeof section === 'number' ? section : indexOf(section), littleEndian)
    view.setBigUint64(at + 8, BigInt(symbol.value ?? 0), littleEndian)
    view.setBigUint64(at + 16, BigInt(symbol.size ?? 0), littleEndian)
  }
  return out
}

function relocationBytes(
  relocations: readonly RelocationToWrite[],
  rela: boolean,
  symbolIndex: (name: string) => number,
  littleEndian: boolean,
): Uint8Array {
  const size = rela ? 24 : 16
  const out = new Uint8Array(relocations.length * size)
  const view = new DataView(out.buffer)
  for (const [index, { offset, type = 1, symbol, addend = 0n }] of relocations.entries()) {
    view.setBigUint64(index * size, BigInt(offset), littleEndian)
    view.setBigUint64(index * size + 8, (BigInt(symbolIndex(symbol)) << 32n) | BigInt(type), littleEndian)
    if (rela) view.setBigInt64(index * size + 16, addend, littleEndian)
  }
  return out
}
