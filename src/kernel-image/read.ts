import type { Btf } from '../btf/index.ts'
import { ObjectError } from '../errors/index.ts'
import { type BootImage, readBootImage, readZbootImage } from './boot-image.ts'
import { compressionOf } from './compression.ts'
import { decompress } from './decompress.ts'
import { firstOfTar, isTar } from './tar.ts'
import { bannerIn, configIn, versionCode } from './text.ts'
import { readKernelTypes, readModuleTypes } from './types.ts'

/** What is known of a kernel from a file. */
export interface KernelImage {
  readonly btf: Btf
  /** As `uname -r` says it; null for a file of types alone. */
  readonly release: string | null
  /** As LINUX_VERSION_CODE; 0 when it is not known. */
  readonly version: number
  /** The text of its `.config`, which it holds when it was built with CONFIG_IKCONFIG. */
  readonly config: string | undefined
}

/** A compressed archive with one file in it has three; more is meant to keep us busy. */
const deepest = 4

/**
 * Reads a kernel's types, and what else it says of itself, from a file: raw BTF, an ELF file with `.BTF` such as vmlinux,
 * a boot image such as /boot/vmlinuz-…, or one of these compressed with gzip, xz, zstd or lz4's legacy form, also in a
 * tar archive. Of the file nothing is kept but the types.
 */
export async function readKernelImage(bytes: Uint8Array, file: string): Promise<KernelImage> {
  return await readLayer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), file, 0)
}

async function readLayer(bytes: Buffer, file: string, depth: number): Promise<KernelImage> {
  if (depth > deepest) throw new ObjectError({ file, path: '', expected: `at most ${deepest} layers of compression` })
  const compression = compressionOf(bytes)
  if (compression !== undefined) return await readLayer(await unpacked(bytes, [0], file, compression.format), file, depth + 1)
  if (isTar(bytes)) return await readLayer(Buffer.from(firstOfTar(bytes, file)), file, depth + 1)
  const image = readBootImage(bytes, file) ?? readZbootImage(bytes, file)
  return image === undefined ? readKernel(bytes, file, null) : await readPayload(image, file)
}

/** Reads the types of a module's file, compressed or not; undefined when it has none. `kernel` is its kernel's. */
export async function readModule(bytes: Uint8Array, file: string, kernel: Btf): Promise<Btf | undefined> {
  const format = compressionOf(bytes)?.format
  return readModuleTypes(format === undefined ? bytes : await unpacked(bytes, [0], file, format), file, kernel)
}

async function readPayload({ payload, trailers, banner }: BootImage, file: string): Promise<KernelImage> {
  const format = compressionOf(payload)?.format
  // CONFIG_KERNEL_UNCOMPRESSED.
  if (format === undefined) return readKernel(Buffer.from(payload), file, banner)
  return readKernel(await unpacked(payload, format === 'gzip' ? [0] : trailers, file, format), file, banner)
}

/** Unpacks what may be followed by some bytes of its length. */
async function unpacked(bytes: Uint8Array, trailers: readonly number[], file: string, format: string): Promise<Buffer> {
  const place = { file, path: format }
  const by = compressionOf(bytes)?.readable
  if (by === undefined) {
    throw new ObjectError({
      ...place,
      expected: 'gzip, xz, zstd or the legacy form of lz4, which can be unpacked here',
      hint: 'unpack it first; for a kernel, scripts/extract-vmlinux of its sources does that',
    })
  }
  const [trailer = 0, ...others] = trailers
  try {
    const whole = await decompress(bytes.subarray(0, bytes.length - trailer), by, place)
    return Buffer.from(whole.buffer, whole.byteOffset, whole.length)
  } catch (error) {
    if (others.length === 0) throw error
    return await unpacked(bytes, others, file, format)
  }
}

function readKernel(kernel: Buffer, file: string, known: string | null): KernelImage {
  const banner = known ?? bannerIn(kernel)
  return {
    btf: readKernelTypes(kernel, file),
    release: banner?.split(' ', 1)[0] ?? null,
    version: banner === null ? 0 : versionCode(banner),
    config: configIn(kernel),
  }
}
