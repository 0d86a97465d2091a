import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { parseBtf } from '../../../../src/btf/index.ts'
import { SHF, STB, STT } from '../../../../src/elf/index.ts'
import { linkObjects } from '../../../../src/linker/index.ts'
import { initialVariable, load, openObject, RecordingTarget, setVariable, variablesOf } from '../../../../src/loader/index.ts'
import { btfForKernel } from '../../../../src/loader/load/btf-for-kernel.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('things of one name', [needs.clang])

const files = await Promise.all(['same_names1', 'same_names2'].map(compileFixture))
const { bytes } = linkObjects(files.map((file) => ({ file, bytes: readFileSync(file) })))
const open = () => openObject(bytes, 'linked.bpf.o')

test('static maps have their own definitions and names, and programs use their own', () => {
  const object = open()
  const tables = object.maps.filter(({ origin }) => origin === 'definition')
  assert.equal(tables.map(({ name, maxEntries, valueSize }) => [name, maxEntries, valueSize]), [['table', 3, 4], ['table@2', 5, 8]])
  const used = object.programs.map(({ code }) => code.references.flatMap((reference) => (reference.kind === 'map' ? [reference.map] : [])))
  assert.equal(used, [['table'], ['table@2']])
})

test('the kernel is given the name of the source for both', () => {
  using target = new RecordingTarget(kernelOf(parseBtf(new BtfWriter().bytes(), { file: 'none' })))
  using loaded = load(open(), target)
  const created = target.calls.flatMap((call) => (call.method === 'createMap' ? [[call.args[0].name, call.args[0].maxEntries]] : []))
  assert.equal(created.slice(0, 2), [['table', 3], ['table', 5]])
  assert.is.not(loaded.maps.get('table')?.handle.number, loaded.maps.get('table@2')?.handle.number)
})

test('static variables are told apart by their sections and places', () => {
  const object = open()
  assert.equal([...variablesOf(object).keys()].toSorted(), ['count@.data+0', 'count@.data+8', 'zero_first@.bss+0', 'zero_first@.data+16'])
  assert.equal(['count@.data+0', 'count@.data+8', 'zero_first@.data+16'].map((name) => initialVariable(object, name)), [11, 22, 33n])
  setVariable(object, 'count@.data+8', 5)
  assert.equal([initialVariable(object, 'count@.data+0'), initialVariable(object, 'count@.data+8')], [11, 5])
  assert.throws(() => initialVariable(object, 'count'), /has no variable "count"; it has count@\.data\+0, count@\.data\+8/)
})

test('the hidden function is made static for the kernel, not the one that has its name', () => {
  const before = open().btf
  const after = parseBtf(btfForKernel(open()), { file: 'for the kernel' })
  const linkages = (btf: typeof before) => [...btf.named('shared')].map((id) => {
    const type = btf.type(id)
    return type.kind === 'func' ? type.linkage : undefined
  })
  assert.equal(new Set(linkages(before)), new Set([0, 1]))
  assert.equal(linkages(after), [0, 0])
})

const flags = SHF.ALLOC | SHF.WRITE

test('the place of a global variable is its own, not that of a static one of its name', () => {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  const [local, shared] = [types.var('count', int, 0), types.var('count', int, 1)]
  types.datasec('.data', [{ type: local, offset: 4, size: 4 }, { type: shared, offset: 0, size: 4 }], 8)
  const symbol = { name: 'count', section: '.data', size: 4, type: STT.OBJECT }
  const symbols = [{ ...symbol, value: 0, binding: STB.GLOBAL }, { ...symbol, value: 4, binding: STB.LOCAL }]
  const data = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0)
  for (const list of [symbols, symbols.toReversed()]) {
    const object = openObject(writeObject(types, functions([{ name: 'p' }]), { sections: [{ name: '.data', flags, data }], symbols: list }), 'x.o')
    assert.equal([initialVariable(object, 'count'), initialVariable(object, 'count@.data+4')], [1, 2])
  }
})

test('a struct_ops variable is found by its section, whatever else has its name', () => {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  const [first, second] = [4, 8].map((size) => types.struct(`ops${size}`, [['number', size === 4 ? int : types.int('long', 8)]]))
  assert.ok(first !== undefined && second !== undefined)
  const other = types.var('ops', int, 0)
  types.datasec('.data', [{ type: other, offset: 0, size: 4 }], 4)
  const [plain, linked] = [types.var('ops', first, 0), types.var('ops', second, 0)]
  types.datasec('.struct_ops', [{ type: plain, offset: 0, size: 4 }], 4)
  types.datasec('.struct_ops.link', [{ type: linked, offset: 0, size: 8 }], 8)
  const parts = [['.data', 4], ['.struct_ops', 4], ['.struct_ops.link', 8]] as const
  const sections = parts.map(([name, size]) => ({ name, flags, data: new Uint8Array(size) }))
  const symbols = parts.map(([section, size]) => ({ name: 'ops', section, size, type: STT.OBJECT, binding: STB.LOCAL }))
  const object = openObject(writeObject(types, functions([{ name: 'p' }]), { sections, symbols }), 'x.o')
  assert.equal(object.structOps.map(({ name, mapName, type }) => [name, mapName, object.btf.name(type)]), [
    ['ops', 'ops', 'ops4'],
    ['ops@2', 'ops', 'ops8'],
  ])
})

test('what the kernel provides is looked up by its declaration, not by a static thing of its name', () => {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  const local = types.var('CONFIG_HZ', int, 0)
  types.datasec('.bss', [{ type: local, offset: 0, size: 4 }], 4)
  types.datasec('.kconfig', [{ type: types.var('CONFIG_HZ', types.int('unsigned long', 8), 2), offset: 0, size: 8 }], 8)
  const bss = { name: '.bss', flags, data: new Uint8Array(4) }
  const symbols = [
    { name: 'CONFIG_HZ', section: '.bss', size: 4, type: STT.OBJECT, binding: STB.LOCAL },
    { name: 'CONFIG_HZ', binding: STB.GLOBAL },
  ]
  const object = openObject(writeObject(types, functions([{ name: 'p' }]), { sections: [bss], symbols }), 'x.o')
  assert.equal(object.externs.map(({ kind, name }) => [kind, name]), [['kconfig', 'CONFIG_HZ']])
  const [extern] = object.externs
  assert.ok(extern?.kind === 'kconfig')
  assert.is(extern.size, 8)
})

test.run()
