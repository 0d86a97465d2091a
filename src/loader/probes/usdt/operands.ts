import { EM } from '../../../elf/index.ts'
import { registersOf } from './registers.ts'

/** Where an argument's value is when the probe is hit. Registers are offsets in the kernel's `pt_regs`, bytes. */
export type UsdtOperand =
  | { kind: 'constant'; value: bigint }
  | { kind: 'register'; register: number }
  /** In memory at the register's value and `displacement`. */
  | { kind: 'memory'; register: number; displacement: bigint }
  /** In memory at `register + (index << shift) + displacement`. */
  | { kind: 'indexed'; register: number; index: number; shift: number; displacement: bigint }

export interface UsdtArgument {
  /** Bytes. */
  size: 1 | 2 | 4 | 8
  signed: boolean
  operand: UsdtOperand
}

/** What a note's text is about. */
export interface OperandContext {
  /** `e_machine` of the file. */
  machine: number
  /** Of the probe's instruction. */
  address: bigint
  /** The program always runs at the place that it was linked to, so that addresses in it mean what they say. */
  fixed: boolean
  /** Where a variable of the program is, in the same terms; undefined when there is none of this name. */
  addressOf: (symbol: string) => bigint | undefined
  fail: (expected: string) => never
}

const sizes: ReadonlyMap<string, UsdtArgument['size']> = new Map([['1', 1], ['2', 2], ['4', 4], ['8', 8]])

/** Reads `-4@%edi 8@-16(%rbp) 4@$5`, or on arm64 `-4@x1 8@[sp, 16] 4@5`: size, negative if signed, and place of each. */
export function parseArguments(text: string, context: OperandContext): UsdtArgument[] {
  const trimmed = text.trim()
  // What stands between brackets may have spaces in it, so arguments part where the next size begins.
  return trimmed === '' ? [] : trimmed.split(/\s(?=[-\w]+@)/).map((one) => parseArgument(one.trim(), context))
}

function parseArgument(text: string, context: OperandContext): UsdtArgument {
  const fail = (why: string): never => context.fail(`an argument that can be read, not "${text}": ${why}`)
  const at = text.indexOf('@')
  const width = text.slice(0, Math.max(at, 0))
  const signed = width.startsWith('-')
  const size = sizes.get(signed ? width.slice(1) : width) ?? fail(width.endsWith('f') ? 'floating-point numbers are not passed on' : 'its size is none of 1, 2, 4 and 8')
  const parser = parsers.get(context.machine) ?? fail(`the registers of machine ${context.machine} are not known`)
  const operand = parser(text.slice(at + 1).trim(), { ...context, fail })
  return { size, signed, operand: operand ?? fail('its place is of no form that is known') }
}

type Parser = (text: string, context: OperandContext) => UsdtOperand | undefined
const parsers: ReadonlyMap<number, Parser> = new Map([[EM.X86_64, parseX86], [EM.AARCH64, parseArm64]])

/** `$5`, `%rax`, `-8(%rbp)`, `8(%rax,%rbx,4)`, `variable+8(%rip)`. */
function parseX86(text: string, context: OperandContext): UsdtOperand | undefined {
  if (text.startsWith('$')) return constant(text.slice(1), context)
  if (text.startsWith('%')) return { kind: 'register', register: registerOf(text, context) }
  const [, place = '', base, index, scale = '1'] = /^([^(),\s]*)\(\s*(%\w+)\s*(?:,\s*(%\w+)\s*(?:,\s*([1248])\s*)?)?\)$/.exec(text) ?? []
  if (base === undefined) return undefined
  const register = registerOf(base, context)
  const displacement = displacementIn(place, base === '%rip', context)
  if (index === undefined) return { kind: 'memory', register, displacement }
  return { kind: 'indexed', register, index: registerOf(index, context), shift: Math.log2(Number(scale)), displacement }
}

/** `5`, `x1`, `[sp]`, `[x1, 8]`, `[x1, x2]`, `[x1, x2, lsl 3]`. */
function parseArm64(text: string, context: OperandContext): UsdtOperand | undefined {
  if (/^#?-?\d/.test(text)) return constant(text.replace('#', ''), context)
  if (/^[wx]zr$/.test(text)) return { kind: 'constant', value: 0n }
  if (/^\w+$/.test(text)) return { kind: 'register', register: registerOf(text, context) }
  const [, base, more = '0', shift] = /^\[\s*(\w+)\s*(?:,\s*(#?-?\w+)\s*(?:,\s*lsl\s+#?([0-3])\s*)?)?\]$/.exec(text) ?? []
  if (base === undefined) return undefined
  const register = registerOf(base, context)
  if (/^[a-z]/.test(more)) {
    // ABI: a w register as an index is widened in one of two ways, which the BPF side cannot do.
    if (!more.startsWith('x')) context.fail(`"${more}" is no index of 64 bits`)
    return { kind: 'indexed', register, index: registerOf(more, context), shift: Number(shift ?? 0), displacement: 0n }
  }
  return shift === undefined ? { kind: 'memory', register, displacement: numberIn(more.replace('#', ''), context) } : undefined
}

const constant = (text: string, context: OperandContext): UsdtOperand => ({ kind: 'constant', value: numberIn(text, context) })

function registerOf(text: string, { machine, fail }: OperandContext): number {
  return registersOf.get(machine)?.get(text.replace('%', '')) ?? fail(`the kernel does not keep a register "${text}"`)
}

/** A number of 64 bits, with a sign or without. */
function numberIn(text: string, { fail }: OperandContext): bigint {
  const [, minus, digits] = /^(-?)(0x[\da-f]{1,16}|\d{1,20})$/i.exec(text) ?? []
  if (digits === undefined) return fail(`"${text}" is no number of 64 bits`)
  const value = BigInt(digits) * (minus === '-' ? -1n : 1n)
  if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value) fail(`${text} does not fit into 64 bits`)
  return value
}

/**
 * Sums of numbers, `8+16`, and of one variable. Beside `%rip` that stands for its distance from the probe; beside other
 * registers for its address, which only a program has that is not moved.
 */
function displacementIn(text: string, fromHere: boolean, context: OperandContext): bigint {
  if (text === '') return 0n
  const terms = text.match(/[-+]?[^-+]+/g) ?? []
  if (terms.join('') !== text) context.fail(`"${text}" is no sum`)
  let symbols = 0
  const values = terms.map((term) => {
    const name = term.replace(/^\+/, '')
    if (!/^[a-z_.]/i.test(name) || !(fromHere || context.fixed)) return numberIn(name, context)
    symbols += 1
    const address = context.addressOf(name) ?? context.fail(`there is not one variable "${name}"`)
    return fromHere ? address - context.address : address
  })
  if (symbols > 1) context.fail(`"${text}" names several variables`)
  return values.reduce((sum, value) => sum + value, 0n)
}
