import { Cursor } from '../bytes/index.ts'
import { Btf } from './btf.ts'
import { toWords } from './words.ts'

// ABI: struct btf_header, linux/btf.h.
const magic = 0xeb9f
const smallestHeader = 24

/**
 * Reads BTF of either byte order. `file` names it in errors; `path` is where in the file it stands, such as `.BTF`.
 * With `base` it is split BTF: its ids and strings go on where those of the base end.
 * Only the header and the extent of each type are checked here; a type is decoded, and checked, when it is asked for.
 */
export function parseBtf(bytes: Uint8Array, where: { file: string; path?: string; base?: Btf }): Btf {
  const path = where.path ?? ''
  const littleEndian = bytes[0] !== 0xeb
  const whole = new Cursor(bytes, { file: where.file, path, littleEndian })
  const header = whole.range(0, Math.min(bytes.length, smallestHeader), 'header')
  if (header.u16() !== magic) header.fail('not BTF: it does not start with the magic number eb9f')
  const version = header.u8()
  if (version !== 1) header.fail(`BTF version 1, not ${version}`)
  header.skip(1)
  const headerSize = header.u32()
  const typesAt = header.u32()
  const typesSize = header.u32()
  const stringsAt = header.u32()
  const stringsSize = header.u32()
  if (headerSize < smallestHeader) header.fail(`a header of at least ${smallestHeader} bytes, not ${headerSize}`)
  if (typesSize % 4 !== 0) header.fail(`types of whole 32-bit words, not ${typesSize} bytes`)

  const types = whole.range(headerSize + typesAt, typesSize, 'types')
  const strings = whole.range(headerSize + stringsAt, stringsSize, 'strings')
  const first = strings.bytes[0] ?? 0
  if (where.base === undefined && (stringsSize === 0 || first !== 0)) {
    strings.fail('a string section that starts with the empty string')
  }
  if (stringsSize > 0 && strings.bytes[stringsSize - 1] !== 0) strings.fail('a zero byte at the end')
  return new Btf({
    file: where.file,
    path,
    words: toWords(types.bytes, littleEndian),
    strings: strings.bytes,
    littleEndian,
    ...(where.base === undefined ? {} : { base: where.base }),
  })
}
