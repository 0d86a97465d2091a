import { Cursor } from '../bytes/index.ts'
import { ObjectError } from '../errors/index.ts'
import { ElfFile } from './elf-file.ts'
import { readSections } from './sections.ts'

/**
 * Reads a 64-bit ELF file of either byte order. Sections are views of `bytes`, nothing is copied.
 * Throws an `ObjectError` for anything that is not a whole ELF64 file.
 */
export function parseElf(bytes: Uint8Array, file: string): ElfFile {
  const littleEndian = checkIdentification(bytes, file)
  const whole = new Cursor(bytes, { file, path: '', littleEndian })

  // ABI: Elf64_Ehdr, elf.h.
  const header = whole.range(0, 64, 'header')
  header.skip(16)
  const type = header.u16()
  const machine = header.u16()
  header.skip(4 + 8)
  const segmentsAt = header.size64('the program header offset')
  const sectionsAt = header.size64('the section table offset')
  header.skip(4 + 2)
  const segments = { offset: segmentsAt, entrySize: header.u16(), count: header.u16() }
  const entrySize = header.u16()
  const count = header.u16()
  const namesIndex = header.u16()

  const sections = readSections(whole, { offset: sectionsAt, entrySize, count, namesIndex })
  return new ElfFile({ whole, type, machine, sections, segments })
}

/** Says what the file is when it is not ELF64, since that is the most usual mistake. Returns the byte order. */
function checkIdentification(bytes: Uint8Array, file: string): boolean {
  const fail = (expected: string, hint?: string): never => {
    throw new ObjectError({ file, path: 'header', expected, ...(hint === undefined ? {} : { hint }) })
  }
  const compile = 'compile it with clang -O2 -g --target=bpf -c'
  if (bytes.length === 0) fail('the file is empty', compile)
  const magic = [0x7f, 0x45, 0x4c, 0x46]
  if (magic.some((byte, at) => bytes[at] !== byte)) fail('not an ELF file: it does not start with 7f 45 4c 46', compile)
  // ABI: e_ident, elf.h: EI_CLASS 4, EI_DATA 5.
  if (bytes[4] !== 2) fail(`ELF class ${bytes[4] ?? 'missing'}: only 64-bit ELF (class 2) holds BPF`, compile)
  if (bytes[5] !== 1 && bytes[5] !== 2) fail(`byte order ${bytes[5] ?? 'missing'}: neither little (1) nor big (2) endian`)
  return bytes[5] === 1
}
