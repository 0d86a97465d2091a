import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { STB } from '../../../../src/elf/index.ts'
import { BtfMismatchError, UnsupportedKernelError } from '../../../../src/errors/index.ts'
import { type KernelFacts, type ModuleBtf, openObject, prepare } from '../../../../src/loader/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { functions, type Insn, OP, writeObject } from '../../../support/object-writer.ts'
import { kernelOf } from '../../../support/this-kernel.ts'

const test = suite('functions and variables of the kernel')

/** Adds a declaration and returns its id. */
type Declare = (types: BtfWriter) => number

const int = (types: BtfWriter) => types.int('int', 4, { signed: true })
const takesSock: Declare = (types) => types.func('kfunc', types.proto(int(types), [['sk', types.ptr(types.struct('sock', []))]]), 2)
const takesInt: Declare = (types) => types.func('kfunc', types.proto(int(types), [['n', int(types)]]), 2)
const variable: Declare = (types) => types.var('kvar', types.struct('thing', []), 2)
const otherVariable: Declare = (types) => types.var('kvar', int(types), 2)
const untyped: Declare = (types) => types.var('kvar', types.const(0), 2)

const wide: Insn[] = [[OP.LD_IMM64, 1], [0]]

/** Binds a program that calls `kfunc`, or takes the addresses of `kfunc` and `kvar`, and returns its instructions. */
function bind(declare: Declare, facts: KernelFacts, { weak = false, call = false, name = '' } = {}) {
  const types = new BtfWriter()
  const id = declare(types)
  types.datasec('.ksyms', [{ type: id, offset: 0, size: 0 }])
  const declared = name === '' ? types.parse().name(id) : name
  const insns: Insn[] = call ? [[OP.CALL, 0, 1, 0, -1], [OP.EXIT]] : [...wide, [OP.EXIT]]
  const code = functions([{ name: 'program', section: 'xdp', insns, relocations: [{ at: 0, symbol: declared }] }])
  const symbols = [{ name: declared, binding: weak ? STB.WEAK : STB.GLOBAL }]
  const prepared = prepare(openObject(writeObject(types, code, { symbols }), 'cc.bpf.o'), facts)
  const [program] = prepared.programs
  if (program === undefined) throw new Error('no program')
  const { instructions } = program.assembled
  const shown = { src: instructions.src(0), imm: instructions.imm(0), off: instructions.view.getInt16(2, true) }
  return { ...shown, next: instructions.imm(1), modules: program.modules.map((module) => module?.name), problems: prepared.problems }
}

/** A kernel with some declarations, after a type that shifts their ids. */
function kernel(...declarations: Declare[]): KernelFacts {
  const types = new BtfWriter()
  types.fwd('another')
  for (const declare of declarations) declare(types)
  return kernelOf(types.parse('vmlinux'))
}

/** The same with modules. */
function withModules(facts: KernelFacts, modules: Record<string, Declare[]>): KernelFacts {
  const base = facts.kernelBtf()
  const list = Object.entries(modules).map(([name, declarations]): ModuleBtf => {
    const types = new BtfWriter({ base })
    for (const declare of declarations) declare(types)
    return {
      name,
      btf: types.parse(name, base),
      handle: () => {
        throw new Error('nothing is created here')
      },
    }
  })
  return { ...facts, moduleBtfs: () => list }
}

// ABI: BPF_PSEUDO_BTF_ID is 3, BPF_PSEUDO_KFUNC_CALL is 2.
const BTF_ID = 3
const KFUNC_CALL = 2
const missingCall = 2_002_000_000

test('a call of a function of the kernel', () => {
  const facts = kernel(takesSock)
  const id = facts.kernelBtf().find('kfunc', 'func')
  const { src, imm, off, modules, problems } = bind(takesSock, facts, { call: true })
  assert.equal({ src, imm, off, modules, problems }, { src: KFUNC_CALL, imm: id, off: 0, modules: [undefined], problems: [] })
})

test('a call of a function of a module', () => {
  const facts = withModules(kernel(), { first: [variable], second: [takesSock] })
  const [, second] = facts.moduleBtfs()
  const { src, imm, off, modules } = bind(takesSock, facts, { call: true })
  assert.equal([src, imm, off, modules], [KFUNC_CALL, second?.btf.find('kfunc', 'func'), 1, [undefined, 'second']])
})

test("the kernel's own comes before those of modules", () => {
  const facts = withModules(kernel(takesSock), { first: [takesSock] })
  assert.is(bind(takesSock, facts, { call: true }).off, 0)
})

test('the flavour of a name does not matter', () => {
  const flavoured: Declare = (types) => types.func('kfunc___mine', types.proto(int(types), [['sk', types.ptr(types.struct('sock', []))]]), 2)
  assert.equal(bind(flavoured, kernel(takesSock), { call: true }).problems, [])
})

test('the address of a function or a variable', () => {
  const facts = kernel(takesSock, variable)
  const btf = facts.kernelBtf()
  const ofFunction = bind(takesSock, facts)
  assert.equal([ofFunction.src, ofFunction.imm, ofFunction.next], [BTF_ID, btf.find('kfunc', 'func'), 0])
  const ofVariable = bind(variable, facts)
  assert.equal([ofVariable.src, ofVariable.imm, ofVariable.next], [BTF_ID, btf.find('kvar', 'var'), 0])
})

test('a variable without a type is found by its address', () => {
  const facts = { ...kernel(), symbolAddress: (name: string) => (name === 'kvar' ? 0xffff_ffff_8123_4567n : undefined) }
  const { src, imm, next, problems } = bind(untyped, facts)
  assert.equal([src, imm, next, problems], [0, 0x8123_4567 | 0, -1, []])
  const [problem] = bind(untyped, kernel()).problems
  assert.match(problem?.hint ?? '', '/proc/kallsyms')
})

test('what the kernel lacks is a problem, with the option that would bring it', () => {
  const [problem] = bind(takesSock, kernel(variable), { call: true }).problems
  assert.instance(problem, UnsupportedKernelError)
  assert.match(String(problem), 'this kernel has no function "kfunc" for BPF programs')
  const dctcp: Declare = (types) => types.func('dctcp_update_alpha', types.proto(0), 2)
  const [known] = bind(dctcp, kernel(), { call: true }).problems
  assert.match(String(known), 'CONFIG_TCP_CONG_DCTCP')
})

test('a variable is no function', () => {
  const facts = kernel((types) => types.var('kfunc', int(types)))
  assert.instance(bind(takesSock, facts, { call: true }).problems[0], UnsupportedKernelError)
})

test('what is weak may be missing: its address is zero, and a call of it must not be reached', () => {
  const address = bind(variable, kernel(), { weak: true })
  assert.equal([address.src, address.imm, address.next, address.problems], [0, 0, 0, []])
  const call = bind(takesSock, kernel(), { weak: true, call: true })
  assert.equal([call.src, call.imm, call.problems], [0, missingCall, []])
})

test('other parameters, or another type, are a problem, and for what is weak the same as if it were missing', () => {
  const [problem] = bind(takesSock, kernel(takesInt), { call: true }).problems
  assert.instance(problem, BtfMismatchError)
  assert.match(String(problem), "extern kfunc: the kernel's function takes other parameters")
  assert.match(String(bind(variable, kernel(otherVariable)).problems[0]), "the kernel's variable is of another type")
  const weak = bind(takesSock, kernel(takesInt), { call: true, weak: true })
  assert.equal([weak.imm, weak.problems], [missingCall, []])
})

test.run()
