import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { ObjectError, UsageError } from '../errors/index.ts'
import type { Compression } from './compression.ts'
import { unpackLz4 } from './lz4.ts'

/** Where compressed bytes stand, for the error. */
export interface Place {
  file: string
  path: string
}

/** More than any kernel has, its debug information among it: what unpacks to more is meant to fill memory. */
const largestUnpacked = 2 ** 30

/** Unpacks what one compressor wrote. What follows its end is left alone. */
export async function decompress(bytes: Uint8Array, by: Compression, place: Place, limit = largestUnpacked): Promise<Uint8Array> {
  try {
    return await unpack[by](bytes, limit)
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new ObjectError({
      ...place,
      expected: isTooLarge(cause)
        ? `at most ${limit} bytes when it is unpacked`
        : `bytes that ${by} can unpack (cut short or damaged?)`,
      cause,
    })
  }
}

class TooLarge extends Error {}

const isTooLarge = (cause: unknown): boolean =>
  cause instanceof TooLarge || (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')

const unpack: Readonly<Record<Compression, (bytes: Uint8Array, limit: number) => Promise<Uint8Array>>> = {
  gzip: async (bytes, maxOutputLength) => promisify(gunzip)(bytes, { maxOutputLength }),
  zstd: async (bytes, maxOutputLength) => promisify(zstdDecompress)(bytes, { maxOutputLength }),
  xz: unpackXz,
  lz4: async (bytes, limit) => unpackLz4(bytes, limit, () => new TooLarge()),
}

/** By the command, since libraries leave out the filter for x86 code that kernels are packed with, or take any memory. */
async function unpackXz(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  const { execa } = await import('execa')
  const options = { input: bytes, encoding: 'buffer', stderr: 'pipe', maxBuffer: limit, reject: false } as const
  const { stdout, failed, isMaxBuffer, code, cause } = await execa('xz', ['--decompress', '--stdout', '--single-stream'], options)
  if (isMaxBuffer) throw new TooLarge()
  if (code === 'ENOENT') {
    throw new UsageError('to unpack xz it needs the command xz', { hint: 'install it: Debian package xz-utils', cause })
  }
  if (failed) throw new Error('xz cannot unpack it')
  return stdout
}
