import { Cursor } from '../bytes/index.ts'

// ABI: struct btf_header, linux/btf.h: magic, version 1, no flags, 24 bytes; both byte orders.
const little = Buffer.from([0x9f, 0xeb, 1, 0, 24, 0, 0, 0])
const big = Buffer.from([0xeb, 0x9f, 1, 0, 0, 0, 0, 24])

/** Fewer bytes of types than any kernel has: an example of BTF in its self-test, a module. */
const fewest = 64 * 1024

/** The BTF inside a kernel that is no ELF file, as that of arm64: the largest that its bytes hold. */
export function btfIn(kernel: Buffer): Uint8Array | undefined {
  let largest: Uint8Array | undefined
  for (const magic of [little, big]) {
    for (let at = kernel.indexOf(magic); at >= 0; at = kernel.indexOf(magic, at + 1)) {
      const found = wholeAt(kernel, at, magic === little)
      if (found !== undefined && found.length >= fewest && found.length > (largest?.length ?? 0)) largest = found
    }
  }
  return largest
}

function wholeAt(kernel: Buffer, at: number, littleEndian: boolean): Uint8Array | undefined {
  const header = new Cursor(kernel.subarray(at), { file: '', path: '', littleEndian })
  if (header.remaining < 24) return undefined
  header.skip(4)
  const headerSize = header.u32()
  const [typesAt, typesSize, stringsAt, stringsSize] = [header.u32(), header.u32(), header.u32(), header.u32()]
  const size = headerSize + Math.max(typesAt + typesSize, stringsAt + stringsSize)
  return size <= kernel.length - at ? kernel.subarray(at, at + size) : undefined
}
