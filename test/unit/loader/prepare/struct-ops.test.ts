import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SHF, STT } from '../../../../src/elf/index.ts'
import { BtfMismatchError, ObjectError, UnsupportedKernelError } from '../../../../src/errors/index.ts'
import { type BpfObject, type ModuleBtf, openObject, prepare } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { kernelOf, thisKernel, thisKernelsBtf } from '../../../support/this-kernel.ts'

const test = suite('binding struct_ops', [needs.structOps, needs.clang])

const fixture = async (name: string) => openObject(readFileSync(await compileFixture(name)), `${name}.bpf.o`)
const programNames = (prepared: ReturnType<typeof prepare>) => prepared.programs.map(({ spec }) => spec.name)

test('several: programs that maps share are loaded once, those of a map that is left out are not', async () => {
  const object = await fixture('several')
  const prepared = prepare(object, thisKernel())
  assert.equal(prepared.problems, [])
  assert.equal(prepared.structOps.map(({ spec }) => spec.name), ['plain', 'linked'])
  assert.equal(programNames(prepared).toSorted(), ['fixture_cong_avoid', 'fixture_ssthresh', 'fixture_undo_cwnd', 'linked_cong_avoid'])
})

test('several: a map that is asked for brings its program, and one that is not wanted takes it away', async () => {
  const object = await fixture('several')
  for (const spec of object.structOps) spec.autocreate = spec.name === 'optional'
  const prepared = prepare(object, thisKernel())
  assert.equal(prepared.problems, [])
  assert.equal(programNames(prepared).toSorted(), ['fixture_ssthresh', 'fixture_undo_cwnd', 'optional_cong_avoid'])
})

test("a program's place is its member in the kernel's struct", async () => {
  const btf = thisKernelsBtf()
  const type = btf.find('tcp_congestion_ops', 'struct') ?? 0
  const struct = btf.type(type)
  const index = struct.kind === 'struct' ? struct.members.findIndex(({ name }) => name === 'undo_cwnd') : -1
  const { programs } = prepare(await fixture('flavour'), thisKernel())
  const place = programs.find(({ spec }) => spec.name === 'fixture_undo_cwnd')?.place
  assert.equal(place, { type, index, module: undefined })
})

test('dummy_ops is bound like any other struct', async () => {
  const prepared = prepare(await fixture('dummy_ops'), thisKernel())
  assert.equal(prepared.problems, [])
  assert.equal(prepared.programs.map(({ spec, place }) => [spec.name, place?.index]), [['test_1', 0], ['test_2', 1], ['test_sleepable', 2]])
})

test('what does not fit is a problem with the whole report, the reason and the nearest name', async () => {
  const { problems, structOps } = prepare(await fixture('renamed_member'), thisKernel())
  const [problem] = problems
  assert.instance(problem, BtfMismatchError)
  assert.match(String(problem), 'renamed_member.bpf.o: "renamed" does not fit struct tcp_congestion_ops of')
  assert.match(problem?.hint ?? '', '"min_tso_segz" may be "min_tso_segs" there')
  assert.is(problem instanceof BtfMismatchError && problem.report, structOps[0]?.report)
})

test('an optional member that the kernel lacks leaves its program out, and a note says so', async () => {
  const object = await fixture('renamed_member')
  object.structOps[0]?.optional.add('min_tso_segz')
  const prepared = prepare(object, thisKernel())
  assert.equal(prepared.problems, [])
  assert.not.ok(programNames(prepared).includes('min_tso_segz'))
  assert.match(prepared.notes.join(), 'program "min_tso_segz" is left out: the kernel has no member "min_tso_segz"')
})

/** An object of two structs with the members `a` and `b`, of which the programs fill what is said. */
function twoStructs(filled: Record<string, string>, program = 'struct_ops'): BpfObject {
  const types = new BtfWriter()
  const call = types.ptr(types.proto(0))
  const variables = ['one', 'two'].map((name) => types.var(name, types.struct(`${name}_ops`, [['a', call], ['b', call]])))
  types.datasec('.struct_ops', variables.map((type, index) => ({ type, offset: index * 16, size: 16 })))
  const places = ['one.a', 'one.b', 'two.a', 'two.b']
  const relocations = Object.entries(filled).map(([place, symbol]) => ({ offset: places.indexOf(place) * 8, symbol }))
  const symbols = ['one', 'two'].map((name, index) => ({ name, section: '.struct_ops', value: index * 16, size: 16, type: STT.OBJECT }))
  const section = { name: '.struct_ops', flags: SHF.ALLOC | SHF.WRITE, data: new Uint8Array(32), relocations }
  const code = functions([{ name: 'first', section: program }, { name: 'second', section: program }])
  return openObject(writeObject(types, code, { sections: [section], symbols }), 'two.bpf.o')
}

/** Types of a kernel that has some of the structs, with their members the other way round. */
function structs(names: readonly string[], base?: ReturnType<BtfWriter['parse']>) {
  const types = new BtfWriter(base === undefined ? {} : { base })
  const call = types.ptr(types.proto(0))
  for (const name of names) types.struct(`bpf_struct_ops_${name}`, [['data', types.struct(name, [['b', call], ['a', call]])]])
  return types.parse('kernel', base)
}

const bothStructs = kernelOf(structs(['one_ops', 'two_ops']))

test('a program may fill one member of one struct only', () => {
  const reused = (filled: Record<string, string>) => {
    const [problem, ...more] = prepare(twoStructs({ ...filled }), bothStructs).problems
    assert.equal(more, [])
    return problem instanceof ObjectError ? problem.message : ''
  }
  const expected = 'a program of its own: "first" already fills another member or another struct'
  assert.is(reused({ 'one.a': 'first', 'one.b': 'first', 'two.a': 'second' }), `two.bpf.o: one.b: ${expected}`)
  assert.is(reused({ 'one.a': 'first', 'two.a': 'first', 'two.b': 'second' }), `two.bpf.o: two.a: ${expected}`)
})

test('ids of structs in two modules may be the same number', () => {
  const vmlinux = structs([])
  const module = (name: string): ModuleBtf => ({
    name,
    btf: structs([`${name}_ops`], vmlinux),
    handle: () => {
      throw new Error('nothing is created here')
    },
  })
  const modules = [module('one'), module('two')]
  const facts = { ...kernelOf(vmlinux), moduleBtfs: () => modules }
  const apart = prepare(twoStructs({ 'one.a': 'first', 'two.a': 'second' }), facts)
  assert.equal(apart.problems, [])
  assert.equal(apart.programs.map(({ place }) => [place?.type, place?.index, place?.module?.name]), [[5, 1, 'one'], [5, 1, 'two']])
  assert.is(prepare(twoStructs({ 'one.a': 'first', 'two.a': 'first', 'one.b': 'second' }), facts).problems.length, 1)
})

test('a struct_ops program that no variable refers to is a problem, unless it is optional', () => {
  const filled = { 'one.a': 'first' }
  const [problem] = prepare(twoStructs(filled), bothStructs).problems
  assert.match(String(problem), 'struct_ops/second: a struct_ops variable that refers to the program, but none does')
  assert.match(problem?.hint ?? '', 'SEC("?struct_ops")')
  const optional = prepare(twoStructs(filled, '?struct_ops'), bothStructs)
  assert.equal([optional.problems, programNames(optional)], [[], ['first']])
})

test('a kernel without the struct is a problem for each variable, and all of them are told', () => {
  const { problems } = prepare(twoStructs({ 'one.a': 'first', 'two.a': 'second' }), kernelOf(structs(['another_ops'])))
  assert.equal(problems.map((problem) => problem instanceof UnsupportedKernelError && problem.feature), [
    'struct_ops type "one_ops"',
    'struct_ops type "two_ops"',
  ])
  assert.is(problems[0]?.hint, 'it offers another_ops')
})

test('a variable that is not to be created needs no struct', () => {
  const object = twoStructs({ 'one.a': 'first', 'two.a': 'second' })
  for (const spec of object.structOps) spec.autocreate = spec.name === 'one'
  const prepared = prepare(object, kernelOf(structs(['one_ops'])))
  assert.equal([prepared.problems, programNames(prepared)], [[], ['first']])
})

test.run()
