import { Cursor } from '../bytes/index.ts'
import { toWords } from './words.ts'

/** The records of one kind that belong to one section of the object. */
export interface BtfExtSection {
  /** Name of the object's section, as an offset into BTF's strings. */
  nameOffset: number
  recordSize: number
  count: number
  /** The records' words, `count * recordSize / 4` of them. */
  words: Uint32Array
}

/** `.BTF.ext`: what belongs to instructions rather than to types. Each list has one entry a section. */
export interface BtfExt {
  funcInfo: readonly BtfExtSection[]
  lineInfo: readonly BtfExtSection[]
  coreRelos: readonly BtfExtSection[]
}

// ABI: struct btf_ext_header, tools/lib/bpf/libbpf_internal.h: the offset and length of func_info, line_info and, where
// the header is long enough, core_relo.
const smallestHeader = 24
const headerWithCore = 32

/** Reads `.BTF.ext`, with the record sizes that the kernel's UAPI demands at least. */
export function parseBtfExt(bytes: Uint8Array, where: { file: string; path: string; littleEndian: boolean }): BtfExt {
  const whole = new Cursor(bytes, where)
  const header = whole.range(0, Math.min(bytes.length, headerWithCore), 'header')
  if (header.u16() !== 0xeb9f) header.fail('the magic number eb9f in the byte order of the object')
  header.skip(2)
  const headerSize = header.u32()
  if (headerSize < smallestHeader) header.fail(`a header of at least ${smallestHeader} bytes, not ${headerSize}`)

  const list = (name: string, smallestRecord: number): BtfExtSection[] => {
    const offset = header.u32()
    const length = header.u32()
    return length === 0 ? [] : readSections(whole.range(headerSize + offset, length, name), smallestRecord)
  }
  return {
    funcInfo: list('func_info', 8),
    lineInfo: list('line_info', 16),
    coreRelos: headerSize >= headerWithCore ? list('core_relo', 16) : [],
  }
}

/** One list: the record size, then for each section its name, the number of records and the records. */
function readSections(list: Cursor, smallestRecord: number): BtfExtSection[] {
  const recordSize = list.u32()
  if (recordSize < smallestRecord || recordSize % 4 !== 0) {
    list.fail(`records of at least ${smallestRecord} bytes and of whole words, not ${recordSize}`)
  }
  const sections: BtfExtSection[] = []
  while (list.remaining > 0) {
    const nameOffset = list.u32()
    const count = list.u32()
    const records = list.range(list.offset, count * recordSize, `section[${sections.length}]`)
    list.skip(count * recordSize)
    sections.push({ nameOffset, recordSize, count, words: toWords(records.bytes, list.littleEndian) })
  }
  return sections
}
