/** How a file or a kernel's payload is compressed. */
export type Compression = 'gzip' | 'xz' | 'zstd' | 'lz4'

// ABI: the bytes that each format begins with. Kernels are packed in lz4's legacy form (Makefile.lib, "lz4 -l").
const magics: readonly { format: string; readable?: Compression; magic: readonly number[] }[] = [
  { format: 'gzip', readable: 'gzip', magic: [0x1f, 0x8b] },
  { format: 'xz', readable: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { format: 'zstd', readable: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { format: 'lz4 (legacy)', readable: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18] },
  { format: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18] },
  { format: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { format: 'lzma', magic: [0x5d, 0x00, 0x00] },
  { format: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a] },
]

/** What some bytes are compressed with: its name, and whether it can be read here. Undefined for what is none of them. */
export function compressionOf(bytes: Uint8Array): { format: string; readable?: Compression } | undefined {
  return magics.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))
}
