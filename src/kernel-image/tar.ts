import { ObjectError } from '../errors/index.ts'

// ABI: ustar: the name at 0, the size in octal at 124, the kind at 156, the magic at 257; blocks of 512 bytes.
const block = 512

export const isTar = (bytes: Buffer): boolean => bytes.toString('latin1', 257, 262) === 'ustar'

/** The first plain file of an archive, which is all that archives of BTF have. */
export function firstOfTar(bytes: Buffer, file: string): Uint8Array {
  for (let at = 0; at + block <= bytes.length; ) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8)
    // A sign would be read too, and lead back.
    if (!(size >= 0)) break
    const kind = bytes.toString('latin1', at + 156, at + 157)
    const start = at + block
    if ((kind === '0' || kind === '\0') && size > 0 && start + size <= bytes.length) return bytes.subarray(start, start + size)
    at = start + Math.ceil(size / block) * block
  }
  throw new ObjectError({ file, path: 'tar', expected: 'an archive with a whole file in it' })
}
