import type { Cursor } from '../bytes/index.ts'
import { PT } from './constants.ts'
import type { ElfSegment } from './types.ts'

export interface SegmentTable {
  offset: number
  entrySize: number
  count: number
}

// ABI: Elf64_Phdr, elf.h.
const headerSize = 56

/** The parts of a file that are mapped when it runs, in file order; an object file has none. */
export function readSegments(whole: Cursor, { offset, entrySize, count }: SegmentTable): ElfSegment[] {
  if (offset === 0 || count === 0) return []
  if (entrySize !== headerSize) whole.range(0, 64, 'header').fail(`program headers of ${headerSize} bytes, not of ${entrySize}`)
  return Array.from({ length: count }, (_, index) => {
    const header = whole.range(offset + index * headerSize, headerSize, `segment[${index}]`)
    const type = header.u32()
    const flags = header.u32()
    const place = header.u64()
    const address = header.u64()
    header.skip(8)
    return { type, flags, offset: place, address, fileSize: header.u64() }
  }).filter(({ type }) => type === PT.LOAD)
}
