import { type Btf, parseBtf } from '../btf/index.ts'
import { parseElf } from '../elf/index.ts'
import { ObjectError } from '../errors/index.ts'

/**
 * Reads a kernel's types from a file: raw BTF, as `/sys/kernel/btf/vmlinux` is, or an ELF file with a `.BTF` section,
 * such as an uncompressed `vmlinux`.
 */
export function readKernelTypes(bytes: Uint8Array, file: string): Btf {
  if (bytes[0] !== 0x7f) return parseBtf(bytes, { file })
  const section = parseElf(bytes, file).section('.BTF')
  if (section === undefined) {
    throw new ObjectError({
      file,
      path: '.BTF',
      expected: 'a section .BTF, but it has none',
      hint: 'build the kernel with CONFIG_DEBUG_INFO_BTF, or give the /sys/kernel/btf/vmlinux of a machine that runs it',
    })
  }
  return parseBtf(section.data, { file, path: '.BTF' })
}
