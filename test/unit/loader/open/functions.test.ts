import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { STT, STV } from '../../../../src/elf/index.ts'
import { openObject } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import type { SymbolToWrite } from '../../../support/elf-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, type FunctionToWrite, writeObject } from '../../../support/object-writer.ts'
import { objectError, survives } from '../../../support/refusals.ts'

const test = suite('functions of an object', [needs.clang])

const open = (list: readonly FunctionToWrite[], symbols: readonly SymbolToWrite[] = []) =>
  openObject(writeObject(new BtfWriter(), functions(list), { symbols }), 'cc.bpf.o')

const fixture = async (name: string) => openObject(readFileSync(await compileFixture(name)), `${name}.bpf.o`)

test('functions are listed by section and place, programs are those outside of .text', () => {
  const object = open([
    { name: 'first', section: 'socket' },
    { name: 'helper', section: '.text' },
    { name: 'second', section: 'socket' },
    { name: 'alone', section: '?xdp' },
  ])
  assert.equal(
    object.functions.map(({ name, section, offset, bytes }) => [name, section, offset, bytes.length]),
    [['first', 'socket', 0, 16], ['second', 'socket', 16, 16], ['helper', '.text', 0, 16], ['alone', '?xdp', 0, 16]],
  )
  assert.equal(object.programs.map(({ name, autoload }) => [name, autoload]), [['first', true], ['second', true], ['alone', false]])
})

test("a program's section says its kind, and an unknown one leaves it open", () => {
  const object = open([
    { name: 'a', section: 'struct_ops/ssthresh' },
    { name: 'b', section: '?struct_ops.s/init' },
    { name: 'c', section: 'nobody_knows' },
  ])
  assert.equal(
    object.programs.map(({ kind }) => kind && [kind.type, kind.sleepable, kind.target]),
    [[27, false, 'ssthresh'], [27, true, 'init'], null],
  )
})

test('functions are views of the bytes of the file', () => {
  const bytes = writeObject(new BtfWriter(), functions([{ name: 'a' }]))
  const [code] = openObject(bytes, 'cc.bpf.o').functions
  assert.is(code?.bytes.buffer, bytes.buffer)
})

test('hidden functions are known as such', () => {
  const visibilities = [STV.DEFAULT, STV.HIDDEN, STV.INTERNAL]
  const symbols = visibilities.map((visibility, index) => ({ name: `f${index}`, section: '.text', value: index * 16, size: 16, type: STT.FUNC, visibility }))
  const { sections } = functions(visibilities.map((_, index) => ({ name: `f${index}`, section: '.text' })))
  const object = openObject(writeObject(new BtfWriter(), { sections }, { symbols }), 'cc.bpf.o')
  assert.equal(object.functions.map(({ hidden }) => hidden), [false, true, true])
})

test('functions that are no whole instructions of their section are refused', () => {
  const bad: Partial<SymbolToWrite>[] = [
    { size: 0 },
    { size: 12 },
    { value: 4, size: 8 },
    { size: 24 },
    { value: 16, size: 8 },
    { value: 2 ** 52, size: 8 },
    { size: 2 ** 52 },
  ]
  for (const facts of bad) {
    const symbol = { name: 'bad', section: 'xdp', type: STT.FUNC, ...facts }
    const { sections } = functions([{ name: 'bad', section: 'xdp' }])
    const error = objectError(() => openObject(writeObject(new BtfWriter(), { sections }, { symbols: [symbol] }), 'cc.bpf.o'))
    assert.is(error.path, 'xdp/bad')
    assert.match(error.expected, "whole instructions inside the section's 16 bytes")
  }
})

test('functions that share instructions are refused, before they fill the memory', () => {
  const alias = { name: 'alias', section: 'xdp', size: 16, type: STT.FUNC }
  assert.match(objectError(() => open([{ name: 'a', section: 'xdp' }], [alias])).expected, 'shares some with "a"')
  const overlapping = { ...alias, value: 8, size: 8 }
  assert.match(objectError(() => open([{ name: 'a', section: 'xdp' }], [overlapping])).path, 'xdp/alias')
})

test('a program that is static is refused', () => {
  const error = objectError(() => open([{ name: 'mine', section: 'xdp', local: true }]))
  assert.is(error.path, 'xdp/mine')
  assert.match(error.hint, 'drop "static"')
  assert.is(open([{ name: 'mine', section: '.text', local: true }]).programs.length, 0)
})

test('each function has its own CO-RE relocations, counted from its start', async () => {
  const object = await fixture('core')
  const counts = object.functions.map(({ name, coreRelocations }) => [name, coreRelocations.length])
  assert.equal(counts, [['fields', 16], ['types', 7], ['enums', 5], ['core_relocations', 1]])
  for (const { bytes, coreRelocations } of object.functions) {
    for (const { offset } of coreRelocations) assert.ok(offset % 8 === 0 && offset < bytes.length)
  }
  assert.equal(object.functions.at(-1)?.coreRelocations.map(({ offset, access, kind }) => [offset, access, kind]), [[40, '0:0', 0]])
})

test('thousands of functions and symbols are opened in no time', () => {
  const many = Array.from({ length: 3000 }, (_, index): FunctionToWrite => ({ name: `f${index}`, section: `s${index % 1000}` }))
  assert.is(survives(() => open(many).functions.length), 3000)
})

test.run()
