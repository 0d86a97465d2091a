import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SHF, STB, STT } from '../../../src/elf/index.ts'
import { CcdkError } from '../../../src/errors/index.ts'
import { openObject, prepare, type PreparedObject } from '../../../src/loader/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import type { ElfToWrite, SectionToWrite, SymbolToWrite } from '../../support/elf-writer.ts'
import { functions, type FunctionToWrite, type Insn, OP, writeObject } from '../../support/object-writer.ts'
import { survives } from '../../support/refusals.ts'
import { kernelOf } from '../../support/this-kernel.ts'

const test = suite('objects of many things')

const kernel = kernelOf(new BtfWriter().parse('vmlinux'))

/** Opens an object and binds it to a kernel without types. */
function bind(types: BtfWriter, ...parts: ElfToWrite[]): PreparedObject {
  const found = survives(() => prepare(openObject(writeObject(types, ...parts), 'many.bpf.o'), kernel))
  if (found instanceof CcdkError) throw found
  return found
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const flags = SHF.ALLOC | SHF.WRITE

/** `.BTF.ext` with lists of records of words, each of a section. */
function extension(lists: readonly { size: number; name: number; records: readonly number[][] }[]): SectionToWrite {
  const bodies = lists.map(({ size, name, records }) => [size, name, records.length, ...records.flat()])
  const words = new Uint32Array(bodies.flat())
  const header = new Uint32Array(8)
  header.set([0x0001_eb9f, 32])
  let at = 0
  for (const [index, body] of bodies.entries()) {
    header.set([at, body.length * 4], 2 + index * 2)
    at += body.length * 4
  }
  return { name: '.BTF.ext', data: new Uint8Array(Buffer.concat([new Uint8Array(header.buffer), new Uint8Array(words.buffer)])) }
}

test('20,000 externs', () => {
  const types = new BtfWriter()
  const int = types.int('int', 4)
  const names = numbers(20_000).map((index) => `CONFIG_${'A_LONG_BEGINNING'.repeat(4)}_${index}`)
  types.datasec('.kconfig', names.map((name) => ({ type: types.var(name, int, 2), offset: 0, size: 4 })))
  const { object } = bind(types, { symbols: names.map((name) => ({ name, binding: STB.WEAK })) })
  assert.is(object.externs.length, 20_000)
})

test('20,000 struct_ops variables with a program in each', () => {
  const types = new BtfWriter()
  const struct = types.struct('ops', [['call', types.ptr(types.proto(0))]])
  const names = numbers(20_000).map((index) => `ops_${index}`)
  types.datasec('.struct_ops', names.map((name, index) => ({ type: types.var(name, struct), offset: index * 8, size: 8 })))
  const symbols = names.map((name, index): SymbolToWrite => ({ name, section: '.struct_ops', value: index * 8, size: 8, type: STT.OBJECT }))
  const relocations = names.map((_, index) => ({ offset: index * 8, symbol: 'program' }))
  const section = { name: '.struct_ops', flags, data: new Uint8Array(160_000), relocations }
  const { object } = bind(types, functions([{ name: 'program', section: 'struct_ops' }]), { sections: [section], symbols })
  assert.is(object.structOps.length, 20_000)
})

test('20,000 maps, each used once', () => {
  const types = new BtfWriter()
  const number = (value: number) => types.ptr(types.array(types.int('int', 4), value))
  const struct = types.struct('', [['type', number(1)], ['key_size', number(4)], ['value_size', number(4)]])
  const names = numbers(20_000).map((index) => `map_${index}`)
  types.datasec('.maps', names.map((name, index) => ({ type: types.var(name, struct), offset: index * 32, size: 32 })))
  const symbols = names.map((name, index): SymbolToWrite => ({ name, section: '.maps', value: index * 32, size: 32, type: STT.OBJECT }))
  const insns = names.flatMap((): Insn[] => [[OP.LD_IMM64], [0]])
  const relocations = names.map((symbol, index) => ({ at: index * 2, symbol }))
  const program = functions([{ name: 'program', section: 'xdp', insns: [...insns, [OP.EXIT]], relocations }])
  const { programs } = bind(types, program, { sections: [{ name: '.maps', flags, data: new Uint8Array(640_000) }], symbols })
  assert.is(programs[0]?.fixups.length, 20_000)
})

test('3000 functions, each with a record of every kind, in programs that call many of them', () => {
  const types = new BtfWriter()
  const struct = types.struct('gone', [['field', types.int('int', 4)]])
  const [text, access] = [types.string('.text'), types.string('0:0')]
  const helper = (index: number): FunctionToWrite => ({ name: `helper_${index}`, section: '.text', insns: [[OP.MOV_IMM], [OP.EXIT]] })
  const called = numbers(500)
  const program = (index: number): FunctionToWrite => ({
    name: `program_${index}`,
    section: 'xdp',
    insns: [...called.map((): Insn => [OP.CALL, 0, 1, 0, -1]), [OP.EXIT]],
    relocations: called.map((at) => ({ at, symbol: `helper_${(index * 7 + at) % 3000}`, type: 10 })),
  })
  const records = (words: (offset: number) => number[]) => numbers(3000).map((index) => words(index * 16))
  const ext = extension([
    { size: 8, name: text, records: records((offset) => [offset, 1]) },
    { size: 16, name: text, records: records((offset) => [offset, 0, 0, 0]) },
    { size: 16, name: text, records: records((offset) => [offset, struct, access, 0]) },
  ])
  const code = functions([...numbers(3000).map(helper), ...numbers(100).map(program)])
  const { programs, problems } = bind(types, code, { sections: [ext] })
  assert.equal(problems, [])
  assert.is(programs[99]?.assembled.placed.length, 501)
  assert.is(programs[99]?.poisoned.length, 500)
})

test('one function with 60,000 accesses that the kernel does not have, and as many problems', () => {
  const types = new BtfWriter()
  const struct = types.struct('gone', [['field', types.int('int', 4)]])
  const [section, access, bad] = [types.string('xdp'), types.string('0:0'), types.string('0:9')]
  const count = 60_000
  const code = functions([{ name: 'program', section: 'xdp', insns: numbers(count).map((): Insn => [OP.MOV_IMM]) }])
  const records = (text: number) => numbers(count).map((index) => [index * 8, struct, text, 0])
  const bound = (text: number) =>
    bind(types, code, { sections: [extension([{ size: 8, name: section, records: [] }, { size: 16, name: section, records: [] }, { size: 16, name: section, records: records(text) }])] })
  assert.is(bound(access).programs[0]?.poisoned.length, count)
  assert.is(bound(bad).problems.length, count)
})

test('30,000 calls inside of one program', () => {
  const callee: FunctionToWrite = { name: 'last', section: 'xdp' }
  const count = 30_000
  const insns = numbers(count).map((at): Insn => [OP.CALL, 0, 1, 0, count - at])
  const code = functions([{ name: 'first', section: 'xdp', insns: [...insns, [OP.EXIT]] }, callee])
  assert.is(bind(new BtfWriter(), code).object.functions[0]?.references.length, count)
})

test.run()
