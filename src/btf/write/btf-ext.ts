import type { BtfExt, BtfExtSection } from '../btf-ext.ts'

// ABI: struct btf_ext_header, tools/lib/bpf/libbpf_internal.h, with the list of CO-RE relocations.
const headerSize = 32

/** `.BTF.ext` from its lists. The sections of a list must have records of one size. */
export function encodeBtfExt({ funcInfo, lineInfo, coreRelos }: BtfExt, { littleEndian = true } = {}): Uint8Array {
  const lists = [funcInfo, lineInfo, coreRelos].map(wordsOfList)
  const out = new Uint8Array(headerSize + lists.reduce((sum, words) => sum + words.length * 4, 0))
  const view = new DataView(out.buffer)
  view.setUint16(0, 0xeb9f, littleEndian)
  view.setUint8(2, 1)
  view.setUint32(4, headerSize, littleEndian)
  let end = 0
  for (const [index, words] of lists.entries()) {
    view.setUint32(8 + index * 8, end, littleEndian)
    view.setUint32(12 + index * 8, words.length * 4, littleEndian)
    for (const [at, word] of words.entries()) view.setUint32(headerSize + end + at * 4, word, littleEndian)
    end += words.length * 4
  }
  return out
}

/** One list: the record size, then for each section its name, the number of records and the records. */
function wordsOfList(sections: readonly BtfExtSection[]): Uint32Array {
  const [first] = sections
  if (first === undefined) return new Uint32Array()
  if (sections.some(({ recordSize }) => recordSize !== first.recordSize)) throw new RangeError('records of one list have one size')
  const out = new Uint32Array(sections.reduce((sum, { words }) => sum + 2 + words.length, 1))
  out[0] = first.recordSize
  let end = 1
  for (const { nameOffset, count, words } of sections) {
    out.set([nameOffset, count], end)
    out.set(words, end + 2)
    end += 2 + words.length
  }
  return out
}
