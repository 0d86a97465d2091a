import { type Btf, parseBtf, relocateBtf } from '../../src/btf/index.ts'
import { type ElfSection, parseElf } from '../../src/elf/index.ts'
import { readKernelImage } from '../../src/kernel-image/index.ts'
import { readInput } from './read-input.ts'

/**
 * Reads the types in a file: of a kernel in any form that is known of one, of a BPF object or of a module. `base` is the
 * kernel's when they are a module's, which may also bring what it needs of that.
 */
export async function readBtf(file: string, base?: Btf): Promise<Btf> {
  const bytes = readInput(file)
  const elf = bytes[0] === 0x7f ? parseElf(bytes, file) : undefined
  const section = elf?.section('.BTF')
  const where = { file, ...(base === undefined ? {} : { base }) }
  if (section !== undefined) return inSection(section, elf?.section('.BTF.base'), where)
  return base === undefined ? (await readKernelImage(bytes, file)).btf : parseBtf(bytes, where)
}

function inSection({ data }: ElfSection, ownBase: ElfSection | undefined, where: { file: string; base?: Btf }): Btf {
  if (ownBase === undefined) return parseBtf(data, { ...where, path: '.BTF' })
  const { file, base } = where
  const distilled = parseBtf(ownBase.data, { file, path: '.BTF.base' })
  const split = parseBtf(data, { file, path: '.BTF', base: distilled })
  return base === undefined ? split : relocateBtf(split, base)
}
