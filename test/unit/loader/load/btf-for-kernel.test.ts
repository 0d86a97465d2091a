import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type Btf, type BtfType, parseBtf } from '../../../../src/btf/index.ts'
import { SHF, SHT, STB, STT, STV } from '../../../../src/elf/index.ts'
import { btfForKernel } from '../../../../src/loader/load/btf-for-kernel.ts'
import { type BpfObject, openObject } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'

const test = suite("an object's types as a kernel takes them", [needs.clang])

const flags = SHF.ALLOC | SHF.WRITE
const [STATIC, GLOBAL, EXTERN] = [0, 1, 2]

const forKernel = (object: BpfObject): Btf => parseBtf(btfForKernel(object), { file: 'for the kernel' })

const types = (btf: Btf): BtfType[] => Array.from({ length: btf.endId - 1 }, (_, index) => btf.type(index + 1))
const sections = (btf: Btf) => types(btf).flatMap((type) => (type.kind === 'datasec' ? [type] : []))

function variables(btf: Btf, name: string) {
  const found = sections(btf).find((section) => section.name === name)
  return found?.variables.map(({ type, offset, size }) => {
    const variable = btf.type(type)
    return [variable.name, offset, size, variable.kind === 'var' ? variable.linkage : variable.kind]
  })
}

test('every section has its size and its variables in the order of their places', async () => {
  const object = openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o')
  const btf = forKernel(object)
  for (const section of sections(btf)) {
    const elf = object.elf.section(section.name)
    if (section.name !== '.ksyms' && section.name !== '.kconfig') assert.is(section.size, elf?.size)
    let end = 0
    for (const { offset, size } of section.variables) {
      assert.ok(offset >= end && offset + size <= section.size, `${section.name}: ${offset}`)
      end = offset + size
    }
  }
  assert.equal(variables(btf, '.bss'), [['acks', 0, 8, GLOBAL], ['hz', 8, 4, GLOBAL], ['looped', 12, 4, GLOBAL]])
  assert.equal(variables(btf, '.kconfig'), [['CONFIG_HZ', 0, 4, GLOBAL]])
})

test('functions of the kernel become variables of four bytes, and have names for all parameters', async () => {
  const object = openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o')
  const btf = forKernel(object)
  const before = sections(object.btf).find(({ name }) => name === '.ksyms')?.variables ?? []
  assert.ok(before.length > 0)
  assert.equal(variables(btf, '.ksyms'), before.map((_, index) => ['dummy_ksym', index * 4, 4, GLOBAL]))
  for (const { type } of before) {
    const func = btf.type(type)
    assert.is(func.kind === 'func' && func.linkage, GLOBAL)
    const prototype = func.kind === 'func' ? btf.type(func.type) : undefined
    for (const { name } of prototype?.kind === 'func_proto' ? prototype.params : []) assert.is.not(name, '')
  }
})

test('ids and names of types stay as they are', async () => {
  const object = openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o')
  const after = forKernel(object)
  for (const { id, kind, name } of types(object.btf)) assert.equal([after.kind(id), after.name(id)], [kind, name])
})

test('what is hidden is static for the kernel', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4)
  const proto = writer.proto(int)
  const [open, hidden] = ['open', 'hidden'].map((name) => writer.func(name, proto))
  const [seen, unseen, local] = [writer.var('seen', int), writer.var('unseen', int), writer.var('local', int, STATIC)]
  const places = [[local, 4], [unseen, 0], [seen, 0]] as const
  writer.datasec('.data', places.map(([type, offset]) => ({ type, offset, size: 4 })))
  const code = functions([{ name: 'open', section: '.text' }, { name: 'hidden', section: '.text' }])
  const symbols = code.symbols.map((symbol) => (symbol.name === 'hidden' ? { ...symbol, visibility: STV.HIDDEN } : symbol))
  const data = [
    { name: 'seen', section: '.data', value: 8, size: 4, type: STT.OBJECT },
    { name: 'unseen', section: '.data', value: 0, size: 4, type: STT.OBJECT, visibility: STV.HIDDEN },
    { name: 'local', section: '.data', value: 4, size: 4, type: STT.OBJECT, binding: STB.LOCAL },
  ]
  const section = { name: '.data', flags, data: new Uint8Array(12) }
  const object = openObject(writeObject(writer, { ...code, symbols }, { sections: [section], symbols: data }), 'cc.bpf.o')
  const btf = forKernel(object)
  const linkage = (id = 0) => {
    const type = btf.type(id)
    return type.kind === 'func' ? type.linkage : undefined
  }
  assert.equal([linkage(open), linkage(hidden)], [GLOBAL, STATIC])
  assert.equal(variables(btf, '.data'), [['unseen', 0, 4, STATIC], ['local', 4, 4, STATIC], ['seen', 8, 4, GLOBAL]])
})

test('variables of the kernel take four bytes, whatever they are', () => {
  const writer = new BtfWriter()
  const thing = writer.struct('thing', [['a', writer.int('unsigned long', 8)]])
  writer.datasec('.ksyms', ['first', 'second'].map((name) => ({ type: writer.var(name, thing, EXTERN), offset: 0, size: 8 })))
  const object = openObject(writeObject(writer, { symbols: [{ name: 'first' }, { name: 'second' }] }), 'cc.bpf.o')
  const btf = forKernel(object)
  assert.equal(variables(btf, '.ksyms'), [['first', 0, 4, GLOBAL], ['second', 4, 4, GLOBAL]])
  const id = btf.find('first', 'var') ?? 0
  const variable = btf.type(id)
  const behind = variable.kind === 'var' ? btf.resolved(variable.type) : undefined
  assert.is(behind?.kind === 'int' && behind.size, 4)
})

test('a section that the object does not have keeps what the compiler wrote', () => {
  const writer = new BtfWriter()
  writer.datasec('.gone', [{ type: writer.var('v', writer.int('int', 4)), offset: 0, size: 4 }])
  const bss = { name: '.bss', type: SHT.NOBITS, flags, size: 8 }
  assert.equal(variables(forKernel(openObject(writeObject(writer, { sections: [bss] }), 'cc.bpf.o')), '.gone'), [['v', 0, 4, GLOBAL]])
})

test.run()
