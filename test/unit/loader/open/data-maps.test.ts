import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SHF, SHT } from '../../../../src/elf/index.ts'
import { type MapSpec, openObject } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import type { SectionToWrite } from '../../../support/elf-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { writeObject } from '../../../support/object-writer.ts'
import { objectError, survives } from '../../../support/refusals.ts'

const test = suite('data maps', [needs.clang])

const flags = SHF.ALLOC | SHF.WRITE
const data = Uint8Array.of(1, 2, 3, 4)

// ABI: BPF_MAP_TYPE_ARRAY, BPF_F_RDONLY_PROG and BPF_F_MMAPABLE, linux/bpf.h.
const ARRAY = 2
const RDONLY = 1 << 7
const MMAPABLE = 1 << 10

const open = (sections: readonly SectionToWrite[], file = 'dir/algorithm.v2.bpf.o', types = new BtfWriter()): readonly MapSpec[] =>
  openObject(writeObject(types, { sections }), file).maps

test('an object with data, a table of constants, zeros and an option', async () => {
  const { maps } = openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o')
  const facts = maps.filter(({ origin }) => origin !== 'definition').map((map) => [map.name, map.origin, map.valueSize, map.flags])
  assert.equal(facts, [
    ['maps.rodata', 'rodata', 4, RDONLY | MMAPABLE],
    ['maps.data', 'data', 4, MMAPABLE],
    ['maps.bss', 'bss', 16, MMAPABLE],
    ['maps.kconfig', 'kconfig', 4, RDONLY | MMAPABLE],
  ])
  for (const map of maps.filter(({ origin }) => origin !== 'definition')) {
    assert.equal([map.type, map.keySize, map.maxEntries, map.autocreate], [ARRAY, 4, 1, true])
    assert.is(map.initial?.length, map.valueSize)
  }
  const initial = Object.fromEntries(maps.map((map) => [map.name, map.initial && [...map.initial]]))
  assert.equal([initial['maps.rodata'], initial['maps.data']], [[3, 0, 0, 0], [10, 0, 0, 0]])
})

test('the bytes of a map can be changed without those of the file', () => {
  const bytes = writeObject(new BtfWriter(), { sections: [{ name: '.data', flags, data }] })
  const [map] = openObject(bytes, 'x.bpf.o').maps
  map?.initial?.fill(9)
  assert.equal([...(openObject(bytes, 'x.bpf.o').maps[0]?.initial ?? [])], [1, 2, 3, 4])
})

const names: [file: string, section: string, name: string][] = [
  ['maps.bpf.o', '.data', 'maps.data'],
  ['a_long_name_of_a_file.bpf.o', '.rodata', 'a_long_n.rodata'],
  ['a_long_name_of_a_file.bpf.o', '.bss', 'a_long_n.bss'],
  ['a-b c.bpf.o', '.data', 'a_b_c.data'],
  ['/some/where.else/x.y.z.o', '.data', 'x.data'],
  ['.hidden', '.data', '.data'],
]
for (const [file, section, name] of names) {
  test(`${section} of ${file} is called ${name}`, () => {
    assert.equal(open([{ name: section, flags, data }], file).map((map) => map.name), [name])
  })
}

test('custom sections keep their whole names, which may begin alike', () => {
  const sections = ['.data.congestion_a', '.data.congestion_b', '.rodata.cst16', '.bss.hot'].map((name) => ({ name, flags, data }))
  assert.equal(
    open(sections).map(({ name, origin }) => [name, origin]),
    [
      ['.data.congestion_a', 'data'],
      ['.data.congestion_b', 'data'],
      ['.rodata.cst16', 'rodata'],
      ['.bss.hot', 'bss'],
    ],
  )
})

test('sections that are not loaded, are empty or are called otherwise make no map', () => {
  const sections = [
    { name: '.data', data },
    { name: '.rodata', flags, data: new Uint8Array(0) },
    { name: '.database', flags, data },
    { name: 'license', flags, data },
    { name: '.debug_info', data },
  ]
  assert.equal(open(sections), [])
})

test('only what others may see is mapped', () => {
  const mapped = (linkage: number): number | undefined => {
    const types = new BtfWriter()
    const variable = types.var('v', types.int('int', 4), linkage)
    types.datasec('.data', [{ type: variable, offset: 0, size: 4 }], 4)
    return open([{ name: '.data', flags, data }], 'x.bpf.o', types)[0]?.flags
  }
  assert.equal([mapped(0), mapped(1)], [0, MMAPABLE])
  assert.is(open([{ name: '.data', flags, data }])[0]?.flags, 0)
})

test('a section of zeros may be large, and all together not larger than any machine', () => {
  const zeros = (...sizes: (number | bigint)[]) =>
    sizes.map((size, index) => ({ name: `.bss.${index}`, type: SHT.NOBITS, flags, size }))
  assert.is(open(zeros(2 ** 20))[0]?.valueSize, 2 ** 20)
  for (const sizes of [[2 ** 30 + 1], [2n ** 52n], [2 ** 29, 2 ** 29, 1]]) {
    const error = survives(() => objectError(() => open(zeros(...sizes))))
    assert.match(error.message, /\.bss\.\d: at most 1073741824 bytes of data/)
  }
})

test.run()
