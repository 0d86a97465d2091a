import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { type ElfFile, parseElf } from '../../../src/elf/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('elf against readelf', [needs.llvm, needs.clang])

const examples = join(import.meta.dirname, '../../../src/cc-examples')
const files = [
  ...['bpf_cubic', 'bpf_dctcp', 'bpf_reno'].map((name) => ({ name, path: () => join(examples, `${name}.bpf.o`) })),
  ...['maps', 'several', 'core'].map((name) => ({ name, path: () => compileFixture(name) })),
]

/** What llvm-readelf prints about a file, as far as it is compared. */
interface Readelf {
  Sections: { Section: SectionHeader }[]
  Relocations: { SectionIndex: number; Relocs: { Relocation: { Offset: number; Type: Value; Symbol: { Name: string; Value: number } } }[] }[]
  Symbols: { Symbol: { Name: Name; Value: number; Size: number; Binding: Value; Type: Value; Other: Value; Section: Value } }[]
}
interface SectionHeader {
  Index: number
  Name: Name
  Type: Value
  Flags: Value
  Address: number
  Size: number
  Link: number
  Info: number
  AddressAlignment: number
  EntrySize: number
}
interface Name {
  Name: string
}
interface Value {
  Value: number
}

async function readelf(path: string): Promise<Readelf> {
  const { stdout } = await execa('llvm-readelf-19', ['--elf-output-style=JSON', '-S', '-s', '-r', path])
  const [file]: [Readelf] = JSON.parse(stdout)
  return file
}

const open = (path: string): ElfFile => parseElf(readFileSync(path), basename(path))

for (const { name, path } of files) {
  test(`${name}: sections`, async () => {
    const file = await path()
    const { Sections } = await readelf(file)
    assert.equal(
      open(file).sections.map((section) => ({ ...section, data: undefined })),
      Sections.map(({ Section }) => ({
        index: Section.Index,
        name: Section.Name.Name,
        type: Section.Type.Value,
        flags: Section.Flags.Value,
        size: Section.Size,
        link: Section.Link,
        info: Section.Info,
        address: BigInt(Section.Address),
        align: Section.AddressAlignment,
        entrySize: Section.EntrySize,
        data: undefined,
      })),
    )
  })

  test(`${name}: symbols`, async () => {
    const file = await path()
    const elf = open(file)
    const { Symbols } = await readelf(file)
    // readelf shows the name of its section for a symbol that stands for a section.
    const shown = elf.symbols.map(({ name: own, section, ...symbol }) => ({
      ...symbol,
      section,
      name: own === '' && section > 0 ? elf.sections[section]?.name : own,
    }))
    assert.equal(
      shown,
      Symbols.map(({ Symbol: symbol }, index) => ({
        index,
        value: symbol.Value,
        size: symbol.Size,
        type: symbol.Type.Value,
        binding: symbol.Binding.Value,
        visibility: symbol.Other.Value & 3,
        section: symbol.Section.Value,
        name: symbol.Name.Name,
      })),
    )
  })

  test(`${name}: relocations`, async () => {
    const file = await path()
    const elf = open(file)
    const { Relocations } = await readelf(file)
    assert.ok(Relocations.length > 0)
    for (const { SectionIndex, Relocs } of Relocations) {
      const target = elf.sections[elf.sections[SectionIndex]?.info ?? 0]
      assert.ok(target)
      assert.equal(
        elf.relocationsOf(target).map(({ offset, type, symbol }) => [offset, type, symbol.index]),
        Relocs.map(({ Relocation }) => [Relocation.Offset, Relocation.Type.Value, Relocation.Symbol.Value]),
      )
    }
  })
}

test.run()
