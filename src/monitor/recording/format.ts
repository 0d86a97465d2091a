import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/*
 * A recording: a line that says what it is, then records. Each is a header and a text, compressed. The first of each
 * group stands by itself; the others were compressed with the first one's text as a dictionary, since little changes
 * between two looks. So one that is damaged takes only itself away, or its group, and a file that was cut loses its end.
 *
 * Header, little-endian: u32 mark; u32 the check of the group's first record, 0 in that itself; u32 bytes that follow;
 * u32 check: the CRC-32 of the two words before and of the bytes.
 *
 * A text is a snapshot as a line of JSON, and its sockets as another: who passes by on the way to a later one needs
 * none of them.
 */
export const headline = Buffer.from('ccdk recording 1\n')
const mark = 0x1f52_4b43
const headerSize = 16
/** Ten thousand sockets take 5 MB. */
const mostText = 256 * 2 ** 20
/** A file with more is not looked through to its end: each place may take as long as the file. */
const mostDamaged = 1000

/** A text to which others of its group refer. */
export interface First {
  check: number
  text: Uint8Array
}

/** A record of a text: by itself, or with the text of the group's first record. */
export function encodeRecord(text: Uint8Array, first?: First): { record: Uint8Array; check: number } {
  const bytes = zstdCompressSync(text, first === undefined ? {} : { dictionary: first.text })
  const record = Buffer.alloc(headerSize + bytes.length)
  record.writeUInt32LE(mark, 0)
  record.writeUInt32LE(first?.check ?? 0, 4)
  record.writeUInt32LE(bytes.length, 8)
  record.set(bytes, headerSize)
  const check = checkOf(record)
  record.writeUInt32LE(check, 12)
  return { record, check }
}

/** A record where it lies. */
export interface FoundRecord {
  at: number
  check: number
  /** The check of its group's first record; 0 of that itself. */
  group: number
  bytes: Uint8Array
}

export interface FoundRecords {
  records: FoundRecord[]
  /** Where bytes are that are no whole record, and how many. */
  damaged: { at: number; length: number }[]
}

/** The whole records of a file that begins with the headline. What lies between is damage. */
export function findRecords(file: Buffer): FoundRecords {
  const found: FoundRecords = { records: [], damaged: [] }
  const marker = Buffer.alloc(4)
  marker.writeUInt32LE(mark)
  let failed = 0
  for (let at = headline.length; at < file.length; ) {
    const record = recordAt(file, at)
    if (record !== undefined) {
      found.records.push(record)
      at += headerSize + record.bytes.length
      continue
    }
    failed += 1
    const next = failed > mostDamaged ? -1 : file.indexOf(marker, at + 1)
    const length = (next < 0 ? file.length : next) - at
    const last = found.damaged.at(-1)
    if (last !== undefined && last.at + last.length === at) last.length += length
    else found.damaged.push({ at, length })
    at += length
  }
  return found
}

function recordAt(file: Buffer, at: number): FoundRecord | undefined {
  if (at + headerSize > file.length || file.readUInt32LE(at) !== mark) return undefined
  const end = at + headerSize + file.readUInt32LE(at + 8)
  const check = file.readUInt32LE(at + 12)
  if (end > file.length || checkOf(file.subarray(at, end)) !== check) return undefined
  return { at, check, group: file.readUInt32LE(at + 4), bytes: file.subarray(at + headerSize, end) }
}

/** Never 0, which stands for none. */
const checkOf = (record: Buffer): number => crc32(record.subarray(headerSize), crc32(record.subarray(4, 12))) || 1

/** The text of a record. Throws when it is none, or its dictionary is not its group's first text. */
export const decodeRecord = ({ bytes }: FoundRecord, first?: Uint8Array): Buffer =>
  zstdDecompressSync(bytes, { maxOutputLength: mostText, ...(first === undefined ? {} : { dictionary: first }) })
