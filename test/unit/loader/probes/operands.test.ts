import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EM } from '../../../../src/elf/index.ts'
import { type OperandContext, parseArguments, type UsdtArgument } from '../../../../src/loader/probes/usdt/operands.ts'

const test = suite('arguments of USDT')

class Refused extends Error {}

const context = (machine: number, fixed = false): OperandContext => ({
  machine,
  fixed,
  address: 0x1000n,
  addressOf: (symbol) => (symbol === 'table' ? 0x4000n : undefined),
  fail: (expected) => {
    throw new Refused(expected)
  },
})
const parse = (text: string, machine: number = EM.X86_64): UsdtArgument[] => parseArguments(text, context(machine))

// ABI: offsets in struct pt_regs, as offsetof says in C.
const [AX, CX, DX, SI, BP, SP, IP, R8, R15] = [80, 88, 96, 104, 32, 152, 128, 72, 0] as const

const register = (at: number) => ({ kind: 'register', register: at }) as const
const memory = (at: number, displacement: bigint) => ({ kind: 'memory', register: at, displacement }) as const

const x86: [text: string, size: number, signed: boolean, operand: UsdtArgument['operand']][] = [
  ['-4@$5', 4, true, { kind: 'constant', value: 5n }],
  ['-4@$-9', 4, true, { kind: 'constant', value: -9n }],
  ['8@$0xffffffffffffffff', 8, false, { kind: 'constant', value: 0xffff_ffff_ffff_ffffn }],
  ['8@%rax', 8, false, register(AX)],
  ['-4@%eax', 4, true, register(AX)],
  ['2@%ax', 2, false, register(AX)],
  ['-1@%al', 1, true, register(AX)],
  ['1@%sil', 1, false, register(SI)],
  ['8@%r15', 8, false, register(R15)],
  ['-4@%r8d', 4, true, register(R8)],
  ['2@%r8w', 2, false, register(R8)],
  ['1@%r8b', 1, false, register(R8)],
  ['8@%rip', 8, false, register(IP)],
  ['-4@-1204(%rbp)', 4, true, memory(BP, -1204n)],
  ['8@(%rsp)', 8, false, memory(SP, 0n)],
  ['8@0x10(%rdx)', 8, false, memory(DX, 16n)],
  ['8@8+16(%rsp)', 8, false, memory(SP, 24n)],
  ['4@16-8(%rsp)', 4, false, memory(SP, 8n)],
  ['-2@table(%rip)', 2, true, memory(IP, 0x3000n)],
  ['-2@4+table(%rip)', 2, true, memory(IP, 0x3004n)],
  ['-2@table-4(%rip)', 2, true, memory(IP, 0x2ffcn)],
  ['-1@-96(%rbp,%rax,8)', 1, true, { kind: 'indexed', register: BP, index: AX, shift: 3, displacement: -96n }],
  ['-1@(%rbp,%rcx,2)', 1, true, { kind: 'indexed', register: BP, index: CX, shift: 1, displacement: 0n }],
  ['4@12(%rbp,%rax)', 4, false, { kind: 'indexed', register: BP, index: AX, shift: 0, displacement: 12n }],
  ['4@12( %rbp , %rax , 4 )', 4, false, { kind: 'indexed', register: BP, index: AX, shift: 2, displacement: 12n }],
]

const arm64: typeof x86 = [
  ['-4@5', 4, true, { kind: 'constant', value: 5n }],
  ['-4@-5', 4, true, { kind: 'constant', value: -5n }],
  ['8@x0', 8, false, register(0)],
  ['-4@w30', 4, true, register(240)],
  ['8@sp', 8, false, register(248)],
  ['8@xzr', 8, false, { kind: 'constant', value: 0n }],
  ['8@[sp]', 8, false, memory(248, 0n)],
  ['-4@[sp, 96]', 4, true, memory(248, 96n)],
  ['-4@[x29,#-8]', 4, true, memory(232, -8n)],
  ['2@[x1, x2]', 2, false, { kind: 'indexed', register: 8, index: 16, shift: 0, displacement: 0n }],
  ['2@[x1, x2, lsl #1]', 2, false, { kind: 'indexed', register: 8, index: 16, shift: 1, displacement: 0n }],
  ['2@[x1, x2, lsl 3]', 2, false, { kind: 'indexed', register: 8, index: 16, shift: 3, displacement: 0n }],
]

for (const [machine, name, cases] of [[EM.X86_64, 'x86-64', x86], [EM.AARCH64, 'arm64', arm64]] as const) {
  for (const [text, size, signed, operand] of cases) {
    test(`${name}: ${text}`, () => assert.equal(parse(text, machine), [{ size, signed, operand }]))
  }
  test(`${name}: all of them in one note`, () => {
    const expected = cases.map(([, size, signed, operand]) => ({ size, signed, operand }))
    for (const gap of [' ', '  ']) assert.equal(parse(` ${cases.map(([text]) => text).join(gap)} `, machine), expected)
  })
}

test('a variable beside a register is at its address in a program that is not moved', () => {
  const operand = { kind: 'indexed', register: AX, index: AX, shift: 0, displacement: 0x4002n }
  assert.equal(parseArguments('-2@2+table(%rax,%rax)', context(EM.X86_64, true)), [{ size: 2, signed: true, operand }])
  assert.throws(() => parse('-2@2+table(%rax,%rax)'), /"table" is no number/)
})

test('a probe without arguments', () => assert.equal([...parse(''), ...parse('  ')], []))

const refusals: [text: string, why: RegExp][] = [
  ['8f@%xmm0', /floating-point/],
  ['8@%xmm0', /register "%xmm0"/],
  ['3@%rax', /none of 1, 2, 4 and 8/],
  ['16@%rax', /none of 1, 2, 4 and 8/],
  ['%rax', /none of 1, 2, 4 and 8/],
  ['4@', /no form that is known/],
  ['4@foo(%rip)', /not one variable "foo"/],
  ['4@table+table(%rip)', /several variables/],
  ['4@table(%rax)', /"table" is no number/],
  ['4@8(%rax,%rbx,3)', /no form/],
  ['4@(,%rbx,4)', /no form/],
  ['4@%fs:8', /register/],
  ['4@1+(%rax)', /no sum/],
  ['8@$0x10000000000000000', /64 bits/],
  ['8@$99999999999999999999', /64 bits/],
  ['8@$', /64 bits/],
]
for (const [text, why] of refusals) {
  test(`refuses ${text}`, () => assert.throws(() => parse(text), (error: unknown) => error instanceof Refused && why.test(error.message) && error.message.includes(text)))
}
for (const text of ['4@[sp, w1]', '4@[sp, x1, lsl 4]', '4@[x31]', '4@[sp, 8, lsl 1]', '4@x1, x2', '4@%rax']) {
  test(`refuses ${text} on arm64`, () => assert.throws(() => parse(text, EM.AARCH64), (error: unknown) => error instanceof Refused))
}
test('refuses a machine whose registers are not known', () => assert.throws(() => parse('4@5', 8), /machine 8/))

test('any text is read or refused, and quickly', () => {
  const unit = fc.constantFrom(...Array.from('0123456789abcdefrxspi@%$(),[]+-# '))
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.constantFrom(EM.X86_64, EM.AARCH64), (text, machine) => {
      try {
        for (const { size } of parse(text, machine)) assert.ok([1, 2, 4, 8].includes(size))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
    }),
    { numRuns: 5000 },
  )
  for (const part of ['(', ' ', '1+', '-', '4@', '%a,', '[x', '$']) {
    try {
      parse(`4@${part.repeat(4000)}`)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
  }
})

test.run()
