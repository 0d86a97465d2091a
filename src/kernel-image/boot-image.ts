import { Cursor, zeroTerminated } from '../bytes/index.ts'

/** What an x86 boot image says of itself. */
export interface BootImage {
  /** The compressed kernel. */
  payload: Uint8Array
  /** How many bytes behind what is compressed say how long it is unpacked; gzip says that itself. */
  trailers: readonly number[]
  /** As the banner says it: `6.1.0-56-cloud-amd64 (…) #1 SMP …`. */
  banner: string | null
}

// ABI: Documentation/arch/x86/boot.rst: the real-mode header.
const at = { setupSectors: 0x1f1, magic: 0x202, version: 0x206, banner: 0x20e, payload: 0x248 } as const
const headerEnd = 0x250
const magic = 0x53_72_64_48 // HdrS
const firstWithPayload = 0x208
const sector = 512

/** The payload of a bzImage, or undefined when the bytes are none. Throws an `ObjectError` when it is cut short. */
export function readBootImage(bytes: Uint8Array, file: string): BootImage | undefined {
  if (bytes.length < headerEnd) return undefined
  const whole = new Cursor(bytes, { file, path: '', littleEndian: true })
  const field = (offset: number, size: 1 | 2 | 4) => {
    const cursor = whole.range(offset, size, 'header')
    return size === 1 ? cursor.u8() : size === 2 ? cursor.u16() : cursor.u32()
  }
  if (field(at.magic, 4) !== magic || field(at.version, 2) < firstWithPayload) return undefined
  // ABI: 0 stands for 4.
  const setup = ((field(at.setupSectors, 1) || 4) + 1) * sector
  const { bytes: payload } = whole.range(setup + field(at.payload, 4), field(at.payload + 4, 4), 'payload')
  const bannerAt = field(at.banner, 2)
  const banner = bannerAt === 0 ? undefined : zeroTerminated(bytes.subarray(0, setup), bannerAt + sector)
  return { payload, trailers: [4], banner: banner ?? null }
}

// ABI: drivers/firmware/efi/libstub/zboot-header.S: "MZ", "zimg" at 4, the payload's place and size, and at 24 the name
// of its compression.
const zimg = 0x67_6d_69_7a

/**
 * The payload of an EFI image that unpacks itself, as arm64, riscv and loongarch have them. Whether its size counts the
 * bytes that say how long it is unpacked has changed.
 */
export function readZbootImage(bytes: Uint8Array, file: string): BootImage | undefined {
  if (bytes.length < 64 || bytes[0] !== 0x4d || bytes[1] !== 0x5a) return undefined
  const whole = new Cursor(bytes, { file, path: '', littleEndian: true })
  const header = whole.range(4, 12, 'header')
  if (header.u32() !== zimg) return undefined
  return { payload: whole.range(header.u32(), header.u32(), 'payload').bytes, trailers: [4, 0], banner: null }
}
