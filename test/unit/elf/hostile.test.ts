import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ElfFile, parseElf, SHF, SHT, STT } from '../../../src/elf/index.ts'
import { sectionHeader, writeElf } from '../../support/elf-writer.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('elf, hostile')

/** Sections 1 to 3, then 4 `.relcode`, 5 `.symtab`, 6 `.strtab`. */
const sample = () =>
  writeElf({
    sections: [
      { name: 'code', flags: SHF.ALLOC, data: new Uint8Array(16), relocations: [{ offset: 8, symbol: 'helper' }] },
      { name: '.bss', type: SHT.NOBITS, size: 4096 },
      { name: '.data', data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    ],
    symbols: [{ name: 'program', section: 'code', size: 16, type: STT.FUNC }, { name: 'helper' }],
  })

/** Everything that can be asked of a file. */
function readAll(elf: ElfFile): void {
  for (const section of elf.sections) {
    elf.symbolsOf(section)
    elf.relocationsOf(section)
    elf.section(section.name)
  }
}

// ABI: places in Elf64_Ehdr and Elf64_Shdr, elf.h.
const EHDR = { type: 16, shoff: 40, shentsize: 58, shnum: 60, shstrndx: 62 }
const SHDR = { name: 0, type: 4, offset: 24, size: 32, link: 40, info: 44 }

function poked(index: number | null, field: number, value: number | bigint, width: 2 | 4 | 8 = 4): Uint8Array {
  const bytes = sample()
  const at = (index === null ? 0 : sectionHeader(bytes, index)) + field
  const view = new DataView(bytes.buffer)
  if (width === 2) view.setUint16(at, Number(value), true)
  else if (width === 4) view.setUint32(at, Number(value), true)
  else view.setBigUint64(at, BigInt(value), true)
  return bytes
}

const hugeNumbers = [2n ** 31n, 2n ** 32n - 8n, 2n ** 53n - 8n, 2n ** 53n, 2n ** 60n, 2n ** 63n, 2n ** 64n - 8n]

test('a file cut anywhere is refused, with the file and a place in it', () => {
  const whole = sample()
  for (let length = 0; length < whole.length; length += 1) {
    const error = objectError(() => parseElf(whole.subarray(0, length), 'cut.bpf.o'))
    assert.is(error.file, 'cut.bpf.o')
    assert.is.not(error.path, '')
  }
})

test('a file with any one bit flipped is read or refused', () => {
  const whole = sample()
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const bytes = whole.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    survives(() => readAll(parseElf(bytes, 'f')), 100)
  }
})

test('says what the file is when it is no ELF64', () => {
  const wrongClass = sample()
  wrongClass[4] = 1
  const wrongOrder = sample()
  wrongOrder[5] = 3
  const cases: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /the file is empty/],
    [Buffer.from('#include <linux/bpf.h>\n'), /not an ELF file/],
    [Buffer.from('\u007FELF'), /ELF class missing: only 64-bit/],
    [wrongClass, /ELF class 1: only 64-bit/],
    [wrongOrder, /byte order 3: neither little/],
  ]
  for (const [bytes, expected] of cases) {
    const error = objectError(() => parseElf(bytes, 'f'))
    assert.is(error.path, 'header')
    assert.match(error.expected, expected)
  }
})

test('a section table that is not there is refused', () => {
  for (const value of [0n, ...hugeNumbers]) objectError(() => parseElf(poked(null, EHDR.shoff, value, 8), 'f'))
  assert.match(objectError(() => parseElf(poked(null, EHDR.shnum, 0, 2), 'f')).expected, /a section table/)
  assert.match(objectError(() => parseElf(poked(null, EHDR.shnum, 0xffff, 2), 'f')).path, /section\[7\]/)
  assert.match(objectError(() => parseElf(poked(null, EHDR.shentsize, 40, 2), 'f')).expected, /64 bytes, not of 40/)
})

test('section names that are not there are refused', () => {
  for (const index of [7, 0xffff]) {
    assert.match(objectError(() => parseElf(poked(null, EHDR.shstrndx, index, 2), 'f')).expected, `section ${index}`)
  }
  // .bss has no bytes to hold names.
  assert.match(objectError(() => parseElf(poked(null, EHDR.shstrndx, 2, 2), 'f')).path, 'section[2]')
  for (const offset of [1000, 0xffff_ffff]) {
    assert.match(objectError(() => parseElf(poked(1, SHDR.name, offset), 'f')).expected, `the name at offset ${offset}`)
  }
})

test('a section outside of the file is refused, however large its numbers are', () => {
  for (const value of hugeNumbers) {
    for (const field of [SHDR.offset, SHDR.size]) {
      assert.match(objectError(() => parseElf(poked(3, field, value, 8), 'f')).path, 'section[3]')
    }
  }
})

test('a section without bytes may be larger than the file, up to what a number holds', () => {
  const [, , section] = parseElf(poked(2, SHDR.size, 2n ** 52n, 8), 'f').sections
  assert.equal([section?.size, section?.data.length], [2 ** 52, 0])
  assert.match(objectError(() => parseElf(poked(2, SHDR.size, 2n ** 60n, 8), 'f')).path, 'section[2]')
})

test('sections that share bytes are refused', () => {
  const dataAt = new DataView(sample().buffer).getBigUint64(sectionHeader(sample(), 3) + SHDR.offset, true)
  const error = objectError(() => parseElf(poked(1, SHDR.offset, dataAt - 8n, 8), 'f'))
  assert.match(error.message, 'section[3]: bytes of its own, but they overlap with those of section[1]')
})

test('a symbol table without strings is refused when its symbols are asked for', () => {
  for (const link of [7, 0xffff_ffff]) {
    const elf = parseElf(poked(5, SHDR.link, link), 'f')
    assert.match(objectError(() => elf.symbols).expected, `section ${link} does not exist`)
  }
  // .bss has no bytes, and code no zero-ended names at these places.
  assert.match(objectError(() => parseElf(poked(5, SHDR.link, 2), 'f').symbols).path, 'section[2]')
})

test('a symbol table with half a symbol is refused', () => {
  const elf = parseElf(poked(5, SHDR.size, 24n * 3n - 8n, 8), 'f')
  assert.match(objectError(() => elf.symbols).expected, 'symbols of 24 bytes')
})

test('relocations that name no symbol, or half a one, or another table, are refused', () => {
  const relocationsOf = (bytes: Uint8Array) => {
    const elf = parseElf(bytes, 'f')
    const section = elf.section('code')
    assert.ok(section)
    return elf.relocationsOf(section)
  }
  const bytes = sample()
  const view = new DataView(bytes.buffer)
  const at = Number(view.getBigUint64(sectionHeader(bytes, 4) + SHDR.offset, true))
  view.setUint32(at + 12, 3, true)
  assert.match(objectError(() => relocationsOf(bytes)).message, '.relcode/relocation[0]: symbol 3, but there are 3')
  assert.match(objectError(() => relocationsOf(poked(4, SHDR.size, 8n, 8))).expected, 'entries of 16 bytes')
  assert.match(objectError(() => relocationsOf(poked(4, SHDR.link, 6))).expected, 'a link to the symbol table')
  assert.match(objectError(() => relocationsOf(poked(4, SHDR.link, 0xffff_ffff))).expected, 'not to section 4294967295')
  assert.equal(relocationsOf(poked(4, SHDR.info, 99)), [])
})

test("a kernel's file opens although its symbols stand at addresses beyond any file's size", () => {
  const address = 0xffff_ffff_8100_0000n
  const bytes = writeElf({
    sections: [{ name: '.BTF', data: new Uint8Array(4) }],
    symbols: [{ name: '_text', section: '.BTF', value: address }],
  })
  const elf = parseElf(bytes, 'vmlinux')
  assert.is(elf.section('.BTF')?.size, 4)
  assert.match(objectError(() => elf.symbols).message, `symbol[1]: the value ${address} is beyond`)
})

test('thousands of symbols that name one long string are refused before they fill the memory', () => {
  const symbols = Array.from({ length: 20_000 }, () => ({ name: '' }))
  const long = `${'x'.repeat(500_000)}\0`
  const bytes = writeElf({ sections: [{ name: long.slice(0, -1) }], symbols })
  const view = new DataView(bytes.buffer)
  const table = Number(view.getBigUint64(sectionHeader(bytes, 2) + SHDR.offset, true))
  for (let index = 0; index < symbols.length; index += 1) view.setUint32(table + 24 * index, 1 + index, true)
  view.setUint32(sectionHeader(bytes, 1), 0, true)
  survives(() => parseElf(bytes, 'f').symbols)
  assert.match(objectError(() => parseElf(bytes, 'f').symbols).expected, 'longer than 4096 bytes')
})

test('60,000 sections, each the relocations of the one before, take no longer than they should', () => {
  const sections = Array.from({ length: 60_000 }, (_, index) => ({ name: 's', type: SHT.REL, info: index, link: 60_001 }))
  const bytes = writeElf({ sections, symbols: [{ name: 'a' }] })
  survives(() => readAll(parseElf(bytes, 'f')))
})

test.run()
