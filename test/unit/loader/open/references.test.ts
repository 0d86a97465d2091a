import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SHF, SHT, STB, STT } from '../../../../src/elf/index.ts'
import { openObject } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import type { ElfToWrite } from '../../../support/elf-writer.ts'
import { functions, type FunctionToWrite, type Insn, nothing, OP, writeObject } from '../../../support/object-writer.ts'
import { objectError } from '../../../support/refusals.ts'

const test = suite('what instructions refer to')

const wide = (imm = 0): Insn[] => [[OP.LD_IMM64, 1, 0, 0, imm], [0]]
/** A call inside of the object, of a function as far away as the compiler says. */
const call = (imm: number): Insn => [OP.CALL, 0, 1, 0, imm]
const exit: Insn = [OP.EXIT]

/** Two maps, data of every kind, and externs of every kind. */
function surroundings(): { types: BtfWriter; parts: ElfToWrite } {
  const types = new BtfWriter()
  const int = types.int('int', 4, { signed: true })
  const number = (length: number) => types.ptr(types.array(int, length))
  const definition = types.struct('', [['type', number(1)], ['max_entries', number(4)], ['key_size', number(4)], ['value_size', number(8)]])
  const variables = ['first', 'second'].map((name) => types.var(name, definition))
  types.datasec('.maps', variables.map((type, index) => ({ type, offset: index * 32, size: 32 })))
  types.datasec('.kconfig', [{ type: types.var('CONFIG_HZ', int, 2), offset: 0, size: 4 }])
  const kfunc = types.func('tcp_reno_ssthresh', types.proto(int, [['sk', types.ptr(0)]]), 2)
  types.datasec('.ksyms', [{ type: kfunc, offset: 0, size: 0 }, { type: types.var('jiffies', int, 2), offset: 0, size: 4 }])
  const writable = SHF.ALLOC | SHF.WRITE
  const sections = [
    { name: '.maps', flags: writable, data: new Uint8Array(64) },
    { name: '.data', flags: writable, data: new Uint8Array(16) },
    { name: '.bss', type: SHT.NOBITS, flags: writable, size: 32 },
    { name: '.note', data: new Uint8Array(8) },
    { name: '.jumptables', data: new Uint8Array(BigUint64Array.of(24n, 0n, 100n, 4n).buffer) },
  ]
  const symbols = [
    ...['first', 'second'].map((name, index) => ({ name, section: '.maps', value: index * 32, size: 32, type: STT.OBJECT })),
    { name: 'counter', section: '.data', value: 8, size: 8, type: STT.OBJECT },
    { name: 'inBss', section: '.bss', value: 4, size: 8, type: STT.OBJECT },
    { name: 'note', section: '.note', size: 8, type: STT.OBJECT },
    ...([[0, 16], [16, 8], [24, 8], [24, 16], [4, 8], [8, 0]] as const).map(([value, size], index) => ({
      name: `BPF.JT.0.${index}`,
      section: '.jumptables',
      value,
      size,
      type: STT.OBJECT,
      binding: STB.LOCAL,
    })),
    { name: 'absolute', section: 0xfff1, value: 5 },
    { name: '.text', section: '.text', type: STT.SECTION, binding: STB.LOCAL },
    { name: 'CONFIG_HZ' },
    { name: 'tcp_reno_ssthresh' },
    { name: 'jiffies', binding: STB.WEAK },
  ]
  return { types, parts: { sections, symbols } }
}

const helpers: FunctionToWrite[] = ['helper', 'another'].map((name) => ({ name, section: '.text' }))

/** The references of a program of these instructions. */
function references(insns: readonly Insn[], relocations: FunctionToWrite['relocations'] = [], more: readonly FunctionToWrite[] = helpers) {
  const { types, parts } = surroundings()
  const program = { name: 'program', section: 'xdp', insns, relocations }
  const object = openObject(writeObject(types, functions([...more, program]), parts), 'cc.bpf.o')
  const found = object.functions.find(({ name }) => name === 'program')?.references ?? []
  return found.map((reference) => ('callee' in reference ? { ...reference, callee: reference.callee.name } : reference))
}

const refused = (...args: Parameters<typeof references>) => objectError(() => references(...args))

test('a map by its place in .maps', () => {
  const relocations = [{ at: 0, symbol: 'second' }, { at: 2, symbol: 'first' }]
  assert.equal(references([...wide(), ...wide(), exit], relocations), [
    { kind: 'map', at: 0, map: 'second' },
    { kind: 'map', at: 2, map: 'first' },
  ])
})

test('data by its offset in its section', () => {
  const relocations = [{ at: 0, symbol: 'counter' }, { at: 2, symbol: 'inBss' }]
  assert.equal(references([...wide(4), ...wide(), exit], relocations), [
    { kind: 'data', at: 0, map: 'cc.data', offset: 12 },
    { kind: 'data', at: 2, map: 'cc.bss', offset: 4 },
  ])
})

test('a call of a global function, and of a static one by its section', () => {
  const relocations = [{ at: 0, symbol: 'another', type: 10 }, { at: 1, symbol: '.text', type: 10 }]
  assert.equal(references([call(-1), call(1), exit], relocations), [
    { kind: 'call', at: 0, callee: 'another' },
    { kind: 'call', at: 1, callee: 'another' },
  ])
})

test('a call inside of one section has no relocation', () => {
  const beside: FunctionToWrite[] = [{ name: 'beside', section: 'xdp', insns: nothing }]
  assert.equal(references([call(-3), exit], [], [...helpers, ...beside]), [{ kind: 'call', at: 0, callee: 'beside' }])
})

test('what looks like a call in the second half of a wide load is none', () => {
  assert.equal(references([[OP.LD_IMM64, 1], call(100), exit]), [])
})

test('calls of helpers of the kernel refer to nothing', () => {
  assert.equal(references([[OP.CALL, 0, 0, 0, 5], exit]), [])
})

test('the address of a function, global or static', () => {
  const relocations = [{ at: 0, symbol: 'another' }, { at: 2, symbol: '.text' }]
  assert.equal(references([...wide(), ...wide(16), exit], relocations), [
    { kind: 'callback', at: 0, callee: 'another' },
    { kind: 'callback', at: 2, callee: 'another' },
  ])
})

test('externs by their names', () => {
  const relocations = [
    { at: 0, symbol: 'CONFIG_HZ' },
    { at: 2, symbol: 'tcp_reno_ssthresh', type: 10 },
    { at: 3, symbol: 'jiffies' },
    { at: 5, symbol: 'tcp_reno_ssthresh' },
  ]
  const found = references([...wide(), call(-1), ...wide(), ...wide(), exit], relocations)
  assert.equal(found.map((reference) => ('name' in reference ? [reference.kind, reference.at, reference.name] : [])), [
    ['extern', 0, 'CONFIG_HZ'],
    ['extern', 2, 'tcp_reno_ssthresh'],
    ['extern', 3, 'jiffies'],
    ['extern', 5, 'tcp_reno_ssthresh'],
  ])
})

test('a jump table by the instructions that it leads to', () => {
  const relocations = [{ at: 0, symbol: 'BPF.JT.0.0' }]
  assert.equal(references([...wide(), exit, exit], relocations), [{ kind: 'jump_table', at: 0, table: 0, targets: [3, 0] }])
})

const bad: [title: string, insns: Insn[], relocation: { at: number; symbol: string }, expected: RegExp][] = [
  ['stands on no instruction', [...wide(), exit], { at: 0.5, symbol: 'first' }, /the start of an instruction, not byte 4/],
  ['stands on the second half of a load', [...wide(), exit], { at: 1, symbol: 'first' }, /a call or a 64-bit load, not instruction code 0/],
  ['stands on another instruction', [exit], { at: 0, symbol: 'first' }, /a call or a 64-bit load, not instruction code 149/],
  ['stands on half a load', [exit, [OP.LD_IMM64]], { at: 1, symbol: 'first' }, /not instruction code 24/],
  ['calls a map', [call(-1), exit], { at: 0, symbol: 'first' }, /a function at byte 0 of "\.maps"/],
  ['calls into the middle of a function', [call(0), exit], { at: 0, symbol: '.text' }, /a function at byte 8 of "\.text"/],
  ['calls far away', [call(0x7fff_ffff), exit], { at: 0, symbol: '.text' }, /a function at byte \d+/],
  ['calls a kernel option', [call(-1), exit], { at: 0, symbol: 'CONFIG_HZ' }, /a call of a kernel function, and "CONFIG_HZ" is none/],
  ['calls a kernel variable', [call(-1), exit], { at: 0, symbol: 'jiffies' }, /a call of a kernel function/],
  ['means a symbol of no section', [...wide(), exit], { at: 0, symbol: 'absolute' }, /"absolute" is of none \(65521\)/],
  ['means a jump table that leads out of its function', [...wide(), exit], { at: 0, symbol: 'BPF.JT.0.1' }, /into function "program", but entry 0 leads to byte 100 of its 24/],
  ['means a jump table that leads into an instruction', [...wide(), exit], { at: 0, symbol: 'BPF.JT.0.2' }, /leads to byte 4 of its 24/],
  ['means a jump table longer than its section', [...wide(), exit], { at: 0, symbol: 'BPF.JT.0.3' }, /inside of its section, not 16 bytes at 24 of 32/],
  ['means a jump table that begins in an entry', [...wide(), exit], { at: 0, symbol: 'BPF.JT.0.4' }, /not 8 bytes at 4 of 32/],
  ['means a jump table of nothing', [...wide(), exit], { at: 0, symbol: 'BPF.JT.0.5' }, /not 0 bytes at 8 of 32/],
  ['means a section that holds no data', [...wide(), exit], { at: 0, symbol: 'note' }, /a map, data or a function, but "note" is in section "\.note"/],
]
for (const [title, insns, relocation, expected] of bad) {
  test(`a relocation that ${title} is refused`, () => {
    const error = refused(insns, [relocation])
    assert.is(error.path, 'xdp/relocation[0]')
    assert.match(error.expected, expected)
  })
}

test('a relocation of code that belongs to no function, as linkers leave it behind, is passed over', () => {
  assert.equal(references([exit], [{ at: 5, symbol: 'first' }]), [])
})

test('a call that leaves its section is refused', () => {
  for (const distance of [7, -8, 0, 0x7fff_ffff, -0x8000_0000]) {
    const error = refused([call(distance), exit])
    assert.is(error.path, 'xdp/program/instruction[0]')
    assert.match(error.expected, /a function at byte -?\d+, which it calls/)
  }
})

test('an extern that is nowhere declared is refused', () => {
  const { types, parts } = surroundings()
  const bytes = writeObject(types, functions(helpers), parts, { symbols: [{ name: 'undeclared' }] })
  assert.match(objectError(() => openObject(bytes, 'cc.bpf.o')).message, 'extern undeclared: a declaration in BTF')
})

test('an extern of no section that the kernel answers for is refused', () => {
  const { types, parts } = surroundings()
  types.var('lost', types.int('int', 4), 2)
  const bytes = writeObject(types, functions(helpers), parts, { symbols: [{ name: 'lost' }] })
  const error = objectError(() => openObject(bytes, 'cc.bpf.o'))
  assert.is(error.path, 'extern lost')
  assert.match(error.hint, 'mark it __kconfig')
})


test.run()
