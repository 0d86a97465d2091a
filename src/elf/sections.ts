import type { Cursor } from '../bytes/index.ts'
import { ObjectError } from '../errors/index.ts'
import { SHT } from './constants.ts'
import type { ElfSection } from './types.ts'

interface Table {
  offset: number
  entrySize: number
  count: number
  namesIndex: number
}

// ABI: Elf64_Shdr, elf.h.
const headerSize = 64

export function readSections(whole: Cursor, table: Table): ElfSection[] {
  const fileHeader = whole.range(0, 64, 'header')
  if (table.offset === 0 || table.count === 0) return fileHeader.fail('a section table, but there is none')
  if (table.entrySize !== headerSize) {
    return fileHeader.fail(`section headers of ${headerSize} bytes, not of ${table.entrySize}`)
  }
  const headers = Array.from({ length: table.count }, (_, index) => {
    const header = whole.range(table.offset + index * headerSize, headerSize, `section[${index}]`)
    const nameOffset = header.u32()
    const type = header.u32()
    const flags = Number(header.u64() & 0xffff_ffffn)
    // That of a kernel is in the upper half of 64 bits.
    const address = header.u64()
    const offset = header.size64('the offset')
    const size = header.size64('the size')
    const link = header.u32()
    const info = header.u32()
    const align = header.size64('the alignment')
    const entrySize = header.size64('the entry size')
    const empty = type === SHT.NOBITS || type === SHT.NULL
    const data = whole.range(empty ? 0 : offset, empty ? 0 : size, `section[${index}]`)
    const section = { index, name: '', type, flags, address, size, link, info, entrySize, align, data: data.bytes }
    return { nameOffset, data, section }
  })
  refuseOverlaps(headers.map(({ section }) => section), whole)
  const names = headers[table.namesIndex]?.data
  if (names === undefined) {
    return fileHeader.fail(`the section names stand in section ${table.namesIndex}, but there are ${table.count}`)
  }
  return headers.map(({ nameOffset, section }) => ({ ...section, name: names.name(nameOffset, 'the name') }))
}

/** Bytes of many sections would be read many times over, and so a small file could pass for a huge one. */
function refuseOverlaps(sections: readonly ElfSection[], whole: Cursor): void {
  const inFile = sections
    .filter(({ data }) => data.length > 0)
    .toSorted((left, right) => left.data.byteOffset - right.data.byteOffset)
  for (const [at, section] of inFile.entries()) {
    const next = inFile[at + 1]
    if (next === undefined || section.data.byteOffset + section.data.length <= next.data.byteOffset) continue
    const expected = `bytes of its own, but they overlap with those of section[${section.index}]`
    throw new ObjectError({ file: whole.file, path: `section[${next.index}]`, expected })
  }
}
