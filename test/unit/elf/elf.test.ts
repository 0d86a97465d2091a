import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EM_BPF, ET_REL, parseElf, SHF, SHN, SHT, STB, STT, STV } from '../../../src/elf/index.ts'
import { writeElf } from '../../support/elf-writer.ts'

const test = suite('elf')

const code = Uint8Array.from({ length: 24 }, (_, at) => at)

/** One of everything. */
const sample = (littleEndian: boolean, addend?: bigint) =>
  writeElf({
    littleEndian,
    sections: [
      {
        name: 'struct_ops',
        flags: SHF.ALLOC | SHF.EXECINSTR,
        data: code,
        relocations: [{ offset: 8, type: 10, symbol: 'helper', ...(addend === undefined ? {} : { addend }) }],
      },
      { name: '.bss', type: SHT.NOBITS, flags: SHF.ALLOC | SHF.WRITE, size: 4096 },
      { name: '.data', flags: SHF.ALLOC | SHF.WRITE, data: Uint8Array.of(1, 2, 3) },
    ],
    symbols: [
      { name: 'program', section: 'struct_ops', value: 8, size: 16, type: STT.FUNC },
      { name: 'hidden', section: '.data', value: 1, size: 2, type: STT.OBJECT, visibility: STV.HIDDEN },
      { name: 'local', section: 'struct_ops', type: STT.FUNC, binding: STB.LOCAL },
      { name: 'helper', binding: STB.WEAK },
      { name: 'constant', section: SHN.ABS, value: 77 },
    ],
  })

for (const littleEndian of [true, false]) {
  test(`reads what was written, ${littleEndian ? 'little' : 'big'}-endian`, () => {
    const bytes = sample(littleEndian)
    const elf = parseElf(bytes, 'cc.bpf.o')
    assert.equal([elf.file, elf.type, elf.machine, elf.littleEndian], ['cc.bpf.o', ET_REL, EM_BPF, littleEndian])
    assert.equal(
      elf.sections.slice(0, -1).map(({ index, name, type, flags, size, data }) => [
        [index, name],
        [type, flags, size, data.length],
      ]),
      [
        [[0, ''], [SHT.NULL, 0, 0, 0]],
        [[1, 'struct_ops'], [SHT.PROGBITS, 6, 24, 24]],
        [[2, '.bss'], [SHT.NOBITS, 3, 4096, 0]],
        [[3, '.data'], [SHT.PROGBITS, 3, 3, 3]],
        [[4, '.relstruct_ops'], [SHT.REL, 0, 16, 16]],
        [[5, '.symtab'], [SHT.SYMTAB, 0, 144, 144]],
      ],
    )
    assert.equal(
      elf.symbols.map(({ name, section, value, size, type, binding, visibility }) => [
        name,
        [section, value, size],
        [type, binding, visibility],
      ]),
      [
        ['', [0, 0, 0], [0, 0, 0]],
        ['program', [1, 8, 16], [STT.FUNC, STB.GLOBAL, STV.DEFAULT]],
        ['hidden', [3, 1, 2], [STT.OBJECT, STB.GLOBAL, STV.HIDDEN]],
        ['local', [1, 0, 0], [STT.FUNC, STB.LOCAL, STV.DEFAULT]],
        ['helper', [SHN.UNDEF, 0, 0], [STT.NOTYPE, STB.WEAK, STV.DEFAULT]],
        ['constant', [SHN.ABS, 77, 0], [STT.NOTYPE, STB.GLOBAL, STV.DEFAULT]],
      ],
    )
    const [, section] = elf.sections
    assert.ok(section)
    assert.equal(
      elf.relocationsOf(section).map(({ offset, type, symbol, addend }) => [offset, type, symbol.name, addend]),
      [[8, 10, 'helper', 0n]],
    )
    assert.equal(elf.symbolsOf(section).map(({ name }) => name), ['program', 'local'])
  })

  test(`reads addends, ${littleEndian ? 'little' : 'big'}-endian`, () => {
    const elf = parseElf(sample(littleEndian, -8n), 'f')
    const section = elf.section('struct_ops')
    assert.ok(section)
    assert.equal(elf.relocationsOf(section).map(({ addend }) => addend), [-8n])
  })
}

test('sections are views of the file, also of one that is part of a larger buffer', () => {
  const bytes = sample(true)
  const buffer = Buffer.concat([Buffer.alloc(13, 0xff), bytes, Buffer.alloc(5, 0xff)])
  const elf = parseElf(buffer.subarray(13, 13 + bytes.length), 'f')
  const section = elf.section('struct_ops')
  assert.equal([...(section?.data ?? [])], [...code])
  assert.is(section?.data.buffer, buffer.buffer)
})

test('the first section of a name is found, and none that is not there', () => {
  const data = Uint8Array.of(1)
  const elf = parseElf(writeElf({ sections: [{ name: '.data', data }, { name: '.data', data }] }), 'f')
  assert.is(elf.section('.data')?.index, 1)
  assert.is(elf.section('.rodata'), undefined)
})

test('a file without a symbol table has no symbols', () => {
  const bytes = writeElf({})
  const withoutTable = parseElf(bytes, 'f')
  assert.is(withoutTable.symbols.length, 1)
  // Its type becomes SHT_PROGBITS.
  const header = new DataView(bytes.buffer)
  header.setUint32(Number(header.getBigUint64(40, true)) + 64 + 4, SHT.PROGBITS, true)
  assert.equal(parseElf(bytes, 'f').symbols, [])
})

/** uvu tells objects without a prototype from others. */
const plain = { noNullPrototype: true } as const

test('any sections and symbols are read back', () => {
  const names = fc.string({ unit: 'binary', maxLength: 30 }).filter((name) => !name.includes('\0') && name.isWellFormed())
  const section = fc.record({ name: names.filter((name) => name !== ''), data: fc.uint8Array({ maxLength: 50 }) }, plain)
  fc.assert(
    fc.property(
      fc.uniqueArray(section, { selector: ({ name }) => name, maxLength: 8 }),
      fc.array(fc.record({ name: names, value: fc.nat(), size: fc.nat(), type: fc.nat(15), binding: fc.nat(15) }, plain)),
      fc.boolean(),
      (sections, symbols, littleEndian) => {
        const elf = parseElf(writeElf({ sections, symbols, littleEndian }), 'f')
        assert.equal(
          elf.sections.slice(1, -2).map(({ name, data }) => ({ name, data: [...data] })),
          sections.map(({ name, data }) => ({ name, data: [...data] })),
        )
        assert.equal(
          elf.symbols.slice(1).map(({ name, value, size, type, binding }) => ({ name, value, size, type, binding })),
          symbols,
        )
      },
    ),
  )
})

test.run()
