import { type Btf, parseBtf } from '../btf/index.ts'
import { parseElf } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'
import { btfIn } from './raw-btf.ts'

const hint = 'build the kernel with CONFIG_DEBUG_INFO_BTF, or give the /sys/kernel/btf/vmlinux of a machine that runs it'

/**
 * Reads the types of a kernel that is not compressed: raw BTF, as `/sys/kernel/btf/vmlinux` is, an ELF file with a section
 * `.BTF`, such as vmlinux, or an image with BTF somewhere in it, as arm64 boots. Nothing of the file is kept but the types,
 * as the kernel around them is ten times as large.
 */
export function readKernelTypes(bytes: Uint8Array, file: string): Btf {
  if (isBtf(bytes)) return parseBtf(bytes, { file })
  if (bytes[0] === 0x7f) {
    const section = parseElf(bytes, file).section('.BTF')
    if (section === undefined) throw new ObjectError({ file, path: '.BTF', expected: 'a section .BTF, but it has none', hint })
    return parseBtf(new Uint8Array(section.data), { file, path: '.BTF' })
  }
  const found = btfIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  if (found !== undefined) return parseBtf(new Uint8Array(found), { file, path: 'BTF' })
  throw new ObjectError({ file, path: '', expected: 'neither BTF nor an ELF file with a section .BTF nor a kernel image with BTF in it', hint })
}

/** By the magic number, in either byte order. */
const isBtf = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x9f && bytes[1] === 0xeb) || (bytes[0] === 0xeb && bytes[1] === 0x9f)

/** Reads the types of a module that is not compressed, which go on where those of its kernel end. */
export function readModuleTypes(bytes: Uint8Array, file: string, base: Btf): Btf | undefined {
  const section = parseElf(bytes, file).section('.BTF')
  return section === undefined ? undefined : parseBtf(new Uint8Array(section.data), { file, path: '.BTF', base })
}
