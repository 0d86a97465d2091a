import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SHF, STB, STT } from '../../../../src/elf/index.ts'
import { openObject, type StructOpsSpec } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import type { RelocationToWrite, SymbolToWrite } from '../../../support/elf-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { objectError } from '../../../support/refusals.ts'

const test = suite('struct_ops variables', [needs.clang])

const flags = SHF.ALLOC | SHF.WRITE

interface Changed {
  section?: string
  data?: Uint8Array
  relocations?: RelocationToWrite[]
  symbols?: SymbolToWrite[]
  datasec?: boolean
  /** What the variable is, when no struct. */
  type?: (types: BtfWriter) => number
}

/** An object of one variable `ops` of 24 bytes: `u64 number; void (*call)(void); void (*last)(void)`. */
function open({ section = '.struct_ops', data = new Uint8Array(24), relocations = [], symbols = [], datasec = true, type }: Changed = {}) {
  const types = new BtfWriter()
  const call = types.ptr(types.proto(0))
  const struct = types.struct('my_ops', [['number', types.int('unsigned long', 8)], ['call', call], ['last', call]])
  const variable = types.var('ops', type === undefined ? types.typedef('ops_t', struct) : type(types))
  if (datasec) types.datasec(section, [{ type: variable, offset: 0, size: 24 }], 24)
  const programs = functions([
    { name: 'first', section: 'struct_ops/call' },
    { name: 'second', section: 'struct_ops' },
    { name: 'third', section: 'struct_ops' },
    { name: 'other', section: 'xdp' },
  ])
  const own = { name: 'ops', section, size: 24, type: STT.OBJECT }
  const parts = { sections: [{ name: section, flags, data, relocations }], symbols: [own, ...symbols] }
  return openObject(writeObject(types, programs, parts), 'cc.bpf.o')
}

const one = (changed?: Changed): StructOpsSpec => {
  const [spec] = open(changed).structOps
  if (spec === undefined) throw new Error('no struct_ops variable')
  return spec
}

test('a variable has the programs that its relocations name', () => {
  const spec = one({ relocations: [{ offset: 8, type: 2, symbol: 'third' }, { offset: 16, type: 2, symbol: 'first' }] })
  assert.equal([spec.name, spec.section, spec.link, spec.autocreate], ['ops', '.struct_ops', false, true])
  assert.equal([...spec.programs], [['call', 'third'], ['last', 'first']])
  assert.equal([...spec.bytes], Array(24).fill(0))
})

const sections: [section: string, link: boolean, autocreate: boolean][] = [
  ['.struct_ops', false, true],
  ['.struct_ops.link', true, true],
  ['?.struct_ops', false, false],
  ['?.struct_ops.link', true, false],
]
for (const [section, link, autocreate] of sections) {
  test(`${section}: ${link ? 'through a link' : 'by itself'}, ${autocreate ? 'always' : 'when asked for'}`, () => {
    const spec = one({ section })
    assert.equal([spec.link, spec.autocreate], [link, autocreate])
  })
}

test('a program is also named by its section and its place in it', () => {
  const data = new Uint8Array(24)
  data[8] = 16
  const symbol = { name: 'struct_ops', section: 'struct_ops', type: STT.SECTION, binding: STB.LOCAL }
  const spec = one({ data, relocations: [{ offset: 8, type: 2, symbol: 'struct_ops' }], symbols: [symbol] })
  assert.equal([...spec.programs], [['call', 'third']])
  assert.equal([...spec.bytes], Array(24).fill(0))
})

test('the value is what stands in the section, and can be changed without it', () => {
  const data = Uint8Array.from({ length: 24 }, (_, at) => at + 1)
  const spec = one({ data })
  assert.equal([...spec.bytes], [...data])
  const again = open({ data })
  again.structOps[0]?.bytes.fill(0)
  assert.is(again.elf.section('.struct_ops')?.data[0], 1)
})

const bad: [title: string, changed: Changed, path: string, expected: string][] = [
  ['without types of its section', { datasec: false }, '.struct_ops', 'BTF that describes the section'],
  ['that is no struct', { type: (types) => types.int('int', 4) }, '.struct_ops/ops', 'a variable whose type is a struct'],
  ['longer than its section', { data: new Uint8Array(16) }, '.struct_ops/ops', '24 bytes inside the section'],
  ['with a pointer between its members', { relocations: [{ offset: 12, symbol: 'first' }] }, '.struct_ops/ops', 'a member at byte 12'],
  ['with a program of another kind', { relocations: [{ offset: 8, symbol: 'other' }] }, '.struct_ops/ops.call', 'a struct_ops program, not "other"'],
  ['with a pointer to data', { relocations: [{ offset: 8, symbol: 'ops' }] }, '.struct_ops/ops.call', 'a struct_ops program, not "ops"'],
  [
    'that shares bytes with another',
    { data: new Uint8Array(40), symbols: [{ name: 'ops', section: '.struct_ops', value: 16, type: STT.OBJECT }] },
    '.struct_ops/ops',
    'bytes of its own',
  ],
]
for (const [title, changed, path, expected] of bad) {
  test(`a variable ${title} is refused`, () => {
    const error = objectError(() => open(changed))
    assert.is(error.path, path)
    assert.match(error.expected, expected)
  })
}

test('a variable that BTF does not know is refused', () => {
  const symbol = { name: 'unknown', section: '.struct_ops', value: 24, type: STT.OBJECT }
  assert.is(objectError(() => open({ data: new Uint8Array(48), symbols: [symbol] })).path, '.struct_ops/unknown')
})

test('several: three variables of one struct, which share programs', async () => {
  const { structOps, programs } = openObject(readFileSync(await compileFixture('several')), 'several.bpf.o')
  assert.equal(
    structOps.map((spec) => [spec.name, spec.link, spec.autocreate, spec.programs.get('cong_avoid')]),
    [
      ['plain', false, true, 'fixture_cong_avoid'],
      ['linked', true, true, 'linked_cong_avoid'],
      ['optional', false, false, 'optional_cong_avoid'],
    ],
  )
  for (const { programs: filled } of structOps) assert.is(filled.get('ssthresh'), 'fixture_ssthresh')
  assert.equal(
    programs.map(({ name, autoload }) => [name, autoload]).filter(([, autoload]) => autoload === false),
    [['optional_cong_avoid', false]],
  )
})

test('dummy_ops: a sleepable program, and a struct that is not of TCP', async () => {
  const { structOps, programs, btf } = openObject(readFileSync(await compileFixture('dummy_ops')), 'dummy_ops.bpf.o')
  const [spec] = structOps
  assert.is(btf.name(spec?.type ?? 0), 'bpf_dummy_ops')
  assert.equal([...(spec?.programs ?? [])].map(([member]) => member), ['test_1', 'test_2', 'test_sleepable'])
  assert.equal(programs.map(({ kind }) => kind?.sleepable), [false, false, true])
})

test.run()
