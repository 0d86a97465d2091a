import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type BpfObject, openObject, prepare, type PreparedProgram } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, type FunctionToWrite, type Insn, OP, writeObject } from '../../../support/object-writer.ts'
import { kernelOf, thisKernel } from '../../../support/this-kernel.ts'

const test = suite('assembling programs', [needs.structOps, needs.clang])

const exit: Insn = [OP.EXIT]
const call: Insn = [OP.CALL, 0, 1, 0, -1]
const mark = (imm: number): Insn => [OP.MOV_IMM, 0, 0, 0, imm]

const open = (list: readonly FunctionToWrite[]): BpfObject => openObject(writeObject(new BtfWriter(), functions(list)), 'cc.bpf.o')

/** A function that marks itself and calls others. */
function calling(name: string, number: number, callees: readonly string[], section = '.text'): FunctionToWrite {
  const relocations = callees.map((symbol, index) => ({ at: index + 1, symbol, type: 10 }))
  return { name, section, insns: [mark(number), ...callees.map(() => call), exit], relocations }
}

function assembled(list: readonly FunctionToWrite[]): PreparedProgram {
  const { programs, problems } = prepare(open(list), kernelOf(new BtfWriter().parse()))
  assert.equal(problems, [])
  const [program] = programs
  if (program === undefined) throw new Error('no program')
  return program
}

/** Each instruction as its mark, or where its call leads, or the end. */
function listing({ assembled: { instructions } }: PreparedProgram): string[] {
  return Array.from({ length: instructions.count }, (_, at) => {
    const code = instructions.code(at)
    if (code === OP.CALL) return `${instructions.src(at) === 1 ? '' : 'not '}call ${at + 1 + instructions.imm(at)}`
    return code === OP.EXIT ? 'exit' : `mark ${instructions.imm(at)}`
  })
}

test('functions follow the program in the order in which they are met, each once', () => {
  const program = assembled([
    calling('unused', 9, []),
    calling('deep', 3, []),
    calling('helper', 2, ['deep']),
    calling('program', 1, ['helper', 'deep', 'helper'], 'xdp'),
  ])
  const expected = [['mark 1', 'call 5', 'call 8', 'call 5', 'exit'], ['mark 2', 'call 8', 'exit'], ['mark 3', 'exit']]
  assert.equal(listing(program), expected.flat())
  const { placed } = program.assembled
  assert.equal(placed.map(({ code, start }) => [code.name, start]), [['program', 0], ['helper', 5], ['deep', 8]])
})

test('functions that call each other, or themselves, are met once', () => {
  const program = assembled([
    calling('ping', 2, ['pong']),
    calling('pong', 3, ['ping', 'pong']),
    calling('program', 1, ['ping'], 'xdp'),
  ])
  assert.equal(listing(program), ['mark 1', 'call 3', 'exit', 'mark 2', 'call 6', 'exit', 'mark 3', 'call 3', 'call 6', 'exit'])
})

test('a chain of calls may be thousands of functions long', () => {
  const length = 5000
  const chain = Array.from({ length }, (_, index) => calling(`f${index}`, index, index + 1 < length ? [`f${index + 1}`] : []))
  const program = assembled([...chain, calling('program', -1, ['f0'], 'xdp')])
  assert.is(program.assembled.placed.length, length + 1)
})

test('the address of a function is its distance, and says so', () => {
  const program = assembled([
    calling('callback', 2, []),
    { name: 'program', section: 'xdp', insns: [[OP.LD_IMM64, 3], [0], exit], relocations: [{ at: 0, symbol: 'callback' }] },
  ])
  const { instructions } = program.assembled
  // ABI: BPF_PSEUDO_FUNC is 4; the distance counts from the next instruction, of which the wide load is one.
  assert.equal([instructions.src(0), instructions.imm(0), instructions.imm(1)], [4, 2, 0])
})

test('maps: references of subprograms are those of the program', async () => {
  const { programs, object } = prepare(openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o'), thisKernel())
  const program = programs.find(({ spec }) => spec.name === 'maps_cong_avoid')
  assert.ok(program)
  assert.equal(program.assembled.placed.map(({ code }) => code.name), ['maps_cong_avoid', 'next_threshold', 'count_in_maps', 'count'])
  const { instructions } = program.assembled
  for (const { at } of program.fixups) assert.ok(instructions.isWide(at))
  const used = new Set(program.fixups.map(({ map }) => map))
  assert.equal([...used].toSorted(), ['by_state', 'counters', 'maps.bss', 'maps.data', 'maps.kconfig', 'maps.rodata', 'sockets'])
  for (const { map, offset } of program.fixups) {
    const spec = object.maps.find(({ name }) => name === map)
    assert.is(offset === null, spec?.origin === 'definition')
    assert.ok((offset ?? 0) < (spec?.valueSize ?? 0))
  }
})

/** One word of each record. */
const column = (words: Uint32Array, recordSize: number, word: number): number[] =>
  Array.from({ length: (words.length * 4) / recordSize }, (_, index) => words[(index * recordSize) / 4 + word] ?? -1)

test('maps: the kernel gets the records of every function, counted in the program', async () => {
  const { programs, object } = prepare(openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o'), thisKernel())
  for (const { assembled: { placed, instructions }, debug } of programs) {
    assert.ok(debug)
    assert.equal(column(debug.funcInfo, debug.funcInfoRecordSize, 0), placed.map(({ start }) => start))
    assert.equal(column(debug.funcInfo, debug.funcInfoRecordSize, 1), placed.map(({ code }) => object.btf.find(code.name, 'func')))
    const lines = column(debug.lineInfo, debug.lineInfoRecordSize, 0)
    assert.equal(lines, lines.toSorted((left, right) => left - right))
    assert.ok(lines.every((line) => line < instructions.count))
    for (const { start } of placed) assert.ok(lines.includes(start))
  }
})

test('code without records is loaded without', () => {
  assert.is(assembled([calling('program', 1, [], 'xdp')]).debug, null)
})

test('what is prepared does not change the object', async () => {
  const bytes = readFileSync(await compileFixture('maps'))
  const object = openObject(new Uint8Array(bytes), 'maps.bpf.o')
  prepare(object, thisKernel())
  assert.equal(Buffer.compare(object.elf.bytes, bytes), 0)
})

test.run()
