import { Cursor } from '../bytes/index.ts'

/** ABI: what one block of the legacy form unpacks to at most, lz4_Frame_format.md. */
const largestBlock = 8 * 2 ** 20
const magicSize = 4

/**
 * Unpacks lz4's legacy form, in which kernels are packed: the magic number, then blocks, each behind its size; the magic
 * number may come again. Libraries take frames, or blocks of which one knows how long they are unpacked: the last of
 * these says it nowhere. Throws for anything that is not whole; `limit` is told by `tooLarge`.
 */
export function unpackLz4(bytes: Uint8Array, limit: number, tooLarge: () => Error): Uint8Array {
  const whole = new Cursor(bytes, { file: '', path: 'lz4', littleEndian: true })
  const magic = whole.u32()
  const room = new Uint8Array(largestBlock)
  // One piece that grows: a file may have a block every few bytes.
  let out = new Uint8Array(largestBlock)
  let size = 0
  while (whole.remaining >= magicSize) {
    const length = whole.u32()
    if (length === magic) continue
    const block = whole.range(whole.offset, length, 'block')
    whole.skip(length)
    const unpacked = unpackBlock(block, room)
    if (size + unpacked > limit) throw tooLarge()
    if (size + unpacked > out.length) out = grown(out)
    out.set(room.subarray(0, unpacked), size)
    size += unpacked
  }
  return out.subarray(0, size)
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(bytes.length * 2)
  more.set(bytes)
  return more
}

/**
 * ABI: lz4_Block_format.md: a token, literals, and a match: how far back it starts and how long it is. The last one has
 * no match. Returns how many bytes were written.
 */
function unpackBlock(block: Cursor, out: Uint8Array): number {
  const { bytes } = block
  let from = 0
  let to = 0
  const next = (): number => {
    const byte = bytes[from]
    if (byte === undefined) return block.fail('bytes up to the end of a sequence')
    from += 1
    return byte
  }
  /** A length of 15 goes on in the bytes that follow, as long as they are 255. */
  const lengthOf = (nibble: number): number => {
    let length = nibble
    if (nibble < 15) return length
    for (let byte = 255; byte === 255; length += byte) byte = next()
    return length
  }
  while (from < bytes.length) {
    const token = next()
    const literals = lengthOf(token >> 4)
    if (literals > bytes.length - from || literals > out.length - to) block.fail('as many literals as a sequence has')
    out.set(bytes.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === bytes.length) break
    const distance = next() | (next() << 8)
    const length = lengthOf(token & 15) + 4
    if (distance === 0 || distance > to || length > out.length - to) block.fail('a match inside of what is unpacked')
    // It may overlap with what it writes, and then repeats it.
    for (const end = to + length; to < end; to += 1) out[to] = out[to - distance] ?? 0
  }
  return to
}
