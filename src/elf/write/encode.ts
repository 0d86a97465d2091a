import { SHF, SHN, SHT } from '../constants.ts'
import { StringTable } from './string-table.ts'
import { inFileOrder, relocationSize, relocationTable, symbolSize, symbolTable } from './tables.ts'
import type { NewElf, NewElfSection, NewElfSymbol } from './types.ts'

// ABI: Elf64_Ehdr and Elf64_Shdr, elf.h.
const fileHeaderSize = 64
const sectionHeaderSize = 64

type Header = Omit<NewElfSection, 'relocations'> & { link: number; info: number }

/**
 * Writes an ELF64 file: the sections in their order from index 1 on, a section of relocations for each that has any,
 * and then the symbols and the strings. The section table stands at the end.
 * Throws a `RangeError` for more sections than the format can number.
 */
export function encodeElf(elf: NewElf): Uint8Array {
  const { littleEndian } = elf
  const strings = new StringTable()
  const headers = layOut(elf, strings)
  if (headers.length >= SHN.LORESERVE) throw new RangeError(`an ELF file has fewer than ${SHN.LORESERVE} sections`)
  let end = fileHeaderSize
  const placed = headers.map((header) => {
    const offset = Math.ceil(end / Math.max(1, header.align)) * Math.max(1, header.align)
    end = offset + header.data.length
    return { ...header, offset }
  })
  const table = Math.ceil(end / 8) * 8
  const out = new Uint8Array(table + headers.length * sectionHeaderSize)
  const view = new DataView(out.buffer)
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, littleEndian ? 1 : 2, 1])
  const shorts: [number, number][] = [
    [16, elf.type],
    [18, elf.machine],
    [52, fileHeaderSize],
    [58, sectionHeaderSize],
    [60, headers.length],
    [62, headers.length - 1],
  ]
  for (const [at, value] of shorts) view.setUint16(at, value, littleEndian)
  view.setUint32(20, 1, littleEndian)
  view.setBigUint64(40, BigInt(table), littleEndian)
  for (const [index, header] of placed.entries()) {
    // They all stand in the table by now, so this only finds them.
    const name = strings.add(header.name)
    out.set(header.data, header.offset)
    const at = table + index * sectionHeaderSize
    view.setUint32(at, name, littleEndian)
    view.setUint32(at + 4, header.type, littleEndian)
    view.setBigUint64(at + 8, BigInt(header.flags), littleEndian)
    view.setBigUint64(at + 24, BigInt(header.type === SHT.NULL ? 0 : header.offset), littleEndian)
    view.setBigUint64(at + 32, BigInt(header.size), littleEndian)
    view.setUint32(at + 40, header.link, littleEndian)
    view.setUint32(at + 44, header.info, littleEndian)
    view.setBigUint64(at + 48, BigInt(header.align), littleEndian)
    view.setBigUint64(at + 56, BigInt(header.entrySize), littleEndian)
  }
  return out
}

const empty = { flags: 0, align: 8, entrySize: 0, link: 0, info: 0 }

/** All sections of the file, in the order of their indexes. The last is that of the strings, their names among them. */
function layOut({ sections, symbols, littleEndian }: NewElf, strings: StringTable): Header[] {
  const relocated = sections.filter(({ relocations }) => relocations.length > 0)
  const symbolsAt = 1 + sections.length + relocated.length
  const numbers = new Map(sections.map((section, index) => [section, index + 1]))
  const { ordered, locals } = inFileOrder(symbols)
  const places = new Map(ordered.map((symbol, index) => [symbol, index + 1]))
  const numberOf = (section: NewElfSymbol['section']) =>
    typeof section === 'number' ? section : known(numbers.get(section), `section "${section.name}"`)
  const placeOf = (symbol: NewElfSymbol) => known(places.get(symbol), `symbol "${symbol.name}"`)

  const table = (name: string, type: number, data: Uint8Array, more: Partial<Header> = {}): Header => ({
    ...empty,
    name,
    type,
    data,
    size: data.length,
    ...more,
  })
  const headers = [
    table('', SHT.NULL, new Uint8Array(), { align: 0 }),
    ...sections.map((section) => ({ ...section, link: 0, info: 0 })),
    ...relocated.map((section) =>
      table(`.rel${section.name}`, SHT.REL, relocationTable(section.relocations, placeOf, littleEndian), {
        flags: SHF.INFO_LINK,
        entrySize: relocationSize,
        link: symbolsAt,
        info: numberOf(section),
      }),
    ),
    table('.symtab', SHT.SYMTAB, symbolTable(ordered, strings, numberOf, littleEndian), {
      entrySize: symbolSize,
      link: symbolsAt + 1,
      info: locals + 1,
    }),
  ]
  const stringsName = '.strtab'
  for (const name of [...headers.map((header) => header.name), stringsName]) strings.add(name)
  return [...headers, table(stringsName, SHT.STRTAB, strings.bytes(), { align: 1 })]
}

function known(index: number | undefined, what: string): number {
  if (index === undefined) throw new RangeError(`${what} is none of the file's`)
  return index
}
