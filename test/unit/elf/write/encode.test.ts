import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  EM_BPF,
  encodeElf,
  ET_REL,
  type NewElf,
  type NewElfSection,
  type NewElfSymbol,
  parseElf,
  SHF,
  SHN,
  SHT,
  STB,
} from '../../../../src/elf/index.ts'

const test = suite('writing elf')

const name = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '_'))
const size = fc.integer({ min: 0, max: 2 ** 40 })

const anySection = fc
  .record({
    name,
    flags: fc.nat(0xff),
    align: fc.constantFrom(0, 1, 4, 8, 64),
    entrySize: fc.nat(64),
    data: fc.uint8Array({ maxLength: 64 }),
    claimed: size,
    noBits: fc.boolean(),
  })
  .map(({ noBits, claimed, data, ...rest }): NewElfSection => {
    const bytes = noBits ? new Uint8Array() : data
    return { ...rest, type: noBits ? SHT.NOBITS : SHT.PROGBITS, data: bytes, size: noBits ? claimed : bytes.length, relocations: [] }
  })

const none: NewElfSymbol = { name: '', value: 0, size: 0, type: 0, binding: STB.LOCAL, visibility: 0, section: SHN.UNDEF }

/** Any file, of which relocations and symbols name what is in it. */
const anyElf = fc.array(anySection, { maxLength: 6 }).chain((sections) => {
  const place = fc.oneof(fc.constantFrom(SHN.UNDEF, SHN.ABS), ...(sections.length === 0 ? [] : [fc.constantFrom(...sections)]))
  const symbol: fc.Arbitrary<NewElfSymbol> = fc.record({
    name,
    value: size,
    size,
    type: fc.nat(4),
    binding: fc.constantFrom(STB.LOCAL, STB.GLOBAL, STB.WEAK),
    visibility: fc.nat(3),
    section: place,
  })
  return fc.array(symbol, { maxLength: 8 }).chain((symbols) => {
    const [first] = symbols
    const relocation = fc.record({ offset: size, type: fc.nat(0xffff), symbol: fc.constantFrom(...symbols, ...(first ? [] : [none])) })
    const lists = fc.array(fc.array(relocation, { maxLength: first ? 4 : 0 }), {
      minLength: sections.length,
      maxLength: sections.length,
    })
    return fc.record({ lists, littleEndian: fc.boolean() }).map(({ lists: relocations, littleEndian }): NewElf => {
      for (const [index, section] of sections.entries()) section.relocations = relocations[index] ?? []
      return { littleEndian, type: ET_REL, machine: EM_BPF, sections, symbols }
    })
  })
})

const missing = (): never => {
  throw new Error('there is no such section')
}
const facts = (symbol: Omit<NewElfSymbol, 'section'>) => [
  [symbol.name, symbol.value, symbol.size],
  [symbol.type, symbol.binding, symbol.visibility],
]

test('the reader finds what was written, in either byte order', () => {
  fc.assert(
    fc.property(anyElf, (written) => {
      const elf = parseElf(encodeElf(written), 'x.o')
      assert.equal([elf.littleEndian, elf.type, elf.machine], [written.littleEndian, ET_REL, EM_BPF])
      const own = elf.sections.slice(1, 1 + written.sections.length)
      assert.equal(own.length, written.sections.length)

      const ordered = [
        ...written.symbols.filter(({ binding }) => binding === STB.LOCAL),
        ...written.symbols.filter(({ binding }) => binding !== STB.LOCAL),
      ]
      const symbols = elf.symbols.slice(1)
      assert.equal(symbols.map(facts), ordered.map(facts))
      for (const [index, symbol] of symbols.entries()) {
        const section = ordered[index]?.section
        assert.is(symbol.section, typeof section === 'object' ? written.sections.indexOf(section) + 1 : section)
      }
      for (const [index, section] of own.entries()) {
        const { data, relocations, ...rest } = written.sections[index] ?? missing()
        const { index: number, address, link, info, data: bytes, ...read } = section
        assert.equal(read, rest)
        assert.equal([number, address, link, info], [index + 1, 0n, 0, 0])
        assert.equal(Buffer.from(bytes), Buffer.from(data))
        assert.is(section.align > 1 ? bytes.byteOffset % section.align : 0, 0)
        assert.equal(
          elf.relocationsOf(section).map((relocation) => ({ ...relocation, symbol: relocation.symbol.index })),
          relocations.map((relocation) => ({ ...relocation, symbol: ordered.indexOf(relocation.symbol) + 1, addend: 0n })),
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('says in the headers what other readers ask for', () => {
  const text: NewElfSection = {
    name: '.text',
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | SHF.EXECINSTR,
    align: 8,
    entrySize: 0,
    data: new Uint8Array(16),
    size: 16,
    relocations: [],
  }
  const local = { name: 'local', value: 0, size: 8, type: 2, binding: STB.LOCAL, visibility: 0, section: text }
  const global = { ...local, name: 'global', binding: STB.GLOBAL }
  text.relocations = [{ offset: 8, type: 10, symbol: global }]
  const elf = parseElf(encodeElf({ littleEndian: true, type: ET_REL, machine: EM_BPF, sections: [text], symbols: [global, local] }), 'x')
  assert.equal(
    elf.sections.map((section) => [section.name, section.type, section.link, section.info, section.entrySize]),
    [
      ['', SHT.NULL, 0, 0, 0],
      ['.text', SHT.PROGBITS, 0, 0, 0],
      ['.rel.text', SHT.REL, 3, 1, 16],
      // Its info is the first symbol that is not local.
      ['.symtab', SHT.SYMTAB, 4, 2, 24],
      ['.strtab', SHT.STRTAB, 0, 0, 0],
    ],
  )
})

test('refuses what the format has no room for', () => {
  const section = { name: 'x', type: SHT.PROGBITS, flags: 0, align: 1, entrySize: 0, data: new Uint8Array(), size: 0, relocations: [] }
  const file = { littleEndian: true, type: ET_REL, machine: EM_BPF, sections: [], symbols: [] }
  const many = Array.from({ length: SHN.LORESERVE }, () => ({ ...section }))
  assert.throws(() => encodeElf({ ...file, sections: many }), /fewer than 65280 sections/)
  assert.throws(() => encodeElf({ ...file, sections: [{ ...section, name: 'a\0b' }] }), /zero byte/)
  const symbol = { name: 'x', value: 0, size: 0, type: 0, binding: 0, visibility: 0, section }
  assert.throws(() => encodeElf({ ...file, symbols: [symbol] }), /none of the file's/)
})

test.run()
