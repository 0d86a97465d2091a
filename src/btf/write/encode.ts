import type { Btf } from '../btf.ts'

interface Encoding {
  /** Of the machine that is to read it; little-endian unless it is said. */
  littleEndian?: boolean
}

// ABI: struct btf_header, linux/btf.h.
const headerSize = 24

/** BTF from its two sections: the words of the types, and the strings with a zero byte after each. */
export function encodeSections(words: Uint32Array, strings: Uint8Array, { littleEndian = true }: Encoding = {}): Uint8Array {
  const out = new Uint8Array(headerSize + words.byteLength + strings.length)
  const view = new DataView(out.buffer)
  view.setUint16(0, 0xeb9f, littleEndian)
  view.setUint8(2, 1)
  const header = [headerSize, 0, words.byteLength, words.byteLength, strings.length]
  for (const [index, value] of header.entries()) view.setUint32((index + 1) * 4, value, littleEndian)
  if (littleEndian === hostIsLittleEndian) new Uint32Array(out.buffer, headerSize, words.length).set(words)
  else for (const [index, word] of words.entries()) view.setUint32(headerSize + index * 4, word, littleEndian)
  out.set(strings, headerSize + words.byteLength)
  return out
}

export const hostIsLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** A BTF's own types, without its base's, in the bytes of a file; ids and strings stay as they are. */
export const encodeBtf = (btf: Btf, encoding: Encoding = {}): Uint8Array =>
  encodeSections(btf.words, btf.strings, { littleEndian: btf.littleEndian, ...encoding })
