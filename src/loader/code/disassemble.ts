import { Instructions, PSEUDO } from './instructions.ts'

/** What the numbers in instructions stand for. Undefined where nobody knows. */
export interface InstructionNames {
  helper?: (number: number) => string | undefined
  /** By its id in the kernel's BTF; `module` is the index in the program's list of modules. */
  kernelFunction?: (id: number, module: number) => string | undefined
  /** By the number of its handle. */
  map?: (number: number) => string | undefined
}

// ABI: linux/bpf.h and linux/bpf_common.h. Class, size and mode stand in parts of an instruction's code.
const sizes: Readonly<Record<number, number>> = { 0x00: 32, 0x08: 16, 0x10: 8, 0x18: 64 }
const arithmetic = ['+=', '-=', '*=', '/=', '|=', '&=', '<<=', '>>=', 'neg', '%=', '^=', '=', 's>>=']
const comparisons: Readonly<Record<number, string>> = {
  0x10: '==', 0x20: '>', 0x30: '>=', 0x40: '&', 0x50: '!=', 0x60: 's>', 0x70: 's>=', 0xa0: '<', 0xb0: '<=', 0xc0: 's<', 0xd0: 's<=',
}
const atomics: Readonly<Record<number, string>> = { 0x00: 'add', 0x40: 'or', 0x50: 'and', 0xa0: 'xor' }
const FETCH = 1
const ATOMIC = { XCHG: 0xe1, CMPXCHG: 0xf1, LOAD_ACQUIRE: 0x100, STORE_RELEASE: 0x110 } as const
const MODE = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const

/** One instruction, taken apart. */
interface Fields {
  code: number
  dst: number
  src: number
  off: number
  imm: number
  /** The immediate value of the next instruction, for those that take two. */
  high: number
}

/** A program as the verifier's log spells it: a line an instruction, `12: (bf) r6 = r1`. */
export function disassemble(bytes: Uint8Array, names: InstructionNames = {}): string[] {
  const insns = new Instructions(bytes.length % 8 === 0 ? bytes : bytes.subarray(0, bytes.length & ~7))
  const lines: string[] = []
  for (let at = 0; at < insns.count; at += insns.isWide(at) ? 2 : 1) {
    const code = insns.code(at)
    const registers = insns.view.getUint8(at * 8 + 1)
    const off = insns.view.getInt16(at * 8 + 2, true)
    const high = at + 1 < insns.count ? insns.imm(at + 1) : 0
    const text = spell({ code, dst: registers & 0xf, src: registers >> 4, off, imm: insns.imm(at), high }, names)
    lines.push(`${at}: (${code.toString(16).padStart(2, '0')}) ${text}`)
  }
  return lines
}

function spell(insn: Fields, names: InstructionNames): string {
  switch (insn.code & 0x07) {
    case 0x00:
      return spellLoad(insn, names)
    case 0x01:
      return `r${insn.dst} = *(${(insn.code & 0xe0) === MODE.MEMSX ? 's' : 'u'}${width(insn)} *)${place('r', insn.src, insn.off)}`
    case 0x02:
      return `*(u${width(insn)} *)${place('r', insn.dst, insn.off)} = ${insn.imm}`
    case 0x03:
      return (insn.code & 0xe0) === MODE.ATOMIC ? spellAtomic(insn) : `*(u${width(insn)} *)${place('r', insn.dst, insn.off)} = r${insn.src}`
    case 0x04:
    case 0x07:
      return spellArithmetic(insn)
    default:
      return spellJump(insn, names)
  }
}

const width = ({ code }: Fields): number => sizes[code & 0x18] ?? 0
const signed = (number: number): string => (number < 0 ? String(number) : `+${number}`)
const place = (kind: string, register: number, off: number): string => `(${kind}${register} ${signed(off)})`
const hex = (number: number): string => `0x${(number >>> 0).toString(16)}`

/** Loads of 64-bit values, and of a packet's bytes in the way of old. */
function spellLoad({ code, dst, src, imm, high }: Fields, names: InstructionNames): string {
  const mode = code & 0xe0
  const size = `u${sizes[code & 0x18] ?? 0}`
  if (mode === MODE.ABS) return `r0 = *(${size} *)skb[${imm}]`
  if (mode === MODE.IND) return `r0 = *(${size} *)skb[r${src} + ${imm}]`
  if (code !== 0x18) return `unknown ${hex(code)}`
  const map = names.map?.(imm) ?? `map[${imm}]`
  if (src === PSEUDO.MAP_FD) return `r${dst} = ${map}`
  if (src === PSEUDO.MAP_VALUE) return `r${dst} = ${map} value +${high >>> 0}`
  if (src === PSEUDO.FUNC) return `r${dst} = function at pc${signed(imm)}`
  if (src === PSEUDO.BTF_ID) return `r${dst} = kernel variable #${imm}${high === 0 ? '' : ` of module ${high}`}`
  return `r${dst} = 0x${((BigInt(high >>> 0) << 32n) | BigInt(imm >>> 0)).toString(16)}`
}

function spellAtomic(insn: Fields): string {
  const { code, dst, src, off, imm } = insn
  const bits = width(insn) === 64 ? '64' : ''
  const register = width(insn) === 64 ? 'r' : 'w'
  const at = `(u${width(insn)} *)${place('r', dst, off)}`
  const op = atomics[imm & ~FETCH]
  if (imm === ATOMIC.XCHG) return `${register}${src} = atomic${bits}_xchg(${at}, ${register}${src})`
  if (imm === ATOMIC.CMPXCHG) return `r0 = atomic${bits}_cmpxchg(${at}, r0, ${register}${src})`
  if (imm === ATOMIC.LOAD_ACQUIRE) return `r${dst} = load_acquire((u${width(insn)} *)${place('r', src, off)})`
  if (imm === ATOMIC.STORE_RELEASE) return `store_release(${at}, r${src})`
  if (op === undefined) return `unknown atomic ${hex(code)} ${hex(imm)}`
  return (imm & FETCH) === 0 ? `lock *${at} ${op === 'add' ? '+=' : op === 'or' ? '|=' : op === 'and' ? '&=' : '^='} ${register}${src}` : `${register}${src} = atomic${bits}_fetch_${op}(${at}, ${register}${src})`
}

function spellArithmetic({ code, dst, src, off, imm }: Fields): string {
  const wide = (code & 0x07) === 0x07
  const register = wide ? 'r' : 'w'
  const fromRegister = (code & 0x08) !== 0
  const op = arithmetic[code >> 4]
  if (code >> 4 === 0xd) return `r${dst} = ${wide ? 'bswap' : fromRegister ? 'be' : 'le'}${imm} r${dst}`
  if (op === undefined) return `unknown ${hex(code)}`
  if (op === 'neg') return `${register}${dst} = -${register}${dst}`
  if (op === '=' && fromRegister && wide && off === 1) return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`
  const cast = op === '=' && fromRegister && off !== 0 ? `(s${off})` : ''
  const sign = (op === '/=' || op === '%=') && off === 1 ? 's' : ''
  return `${register}${dst} ${sign}${op} ${fromRegister ? `${cast}${register}${src}` : imm}`
}

function spellJump({ code, dst, src, off, imm }: Fields, { helper, kernelFunction }: InstructionNames): string {
  const op = code & 0xf0
  const narrow = (code & 0x07) === 0x06
  if (op === 0x80) {
    if (src === PSEUDO.CALL) return `call pc${signed(imm)}`
    if (src === PSEUDO.KFUNC_CALL) return `call ${kernelFunction?.(imm, off) ?? 'kernel-function'}#${imm}`
    return `call ${helper?.(imm) ?? 'unknown'}#${imm}`
  }
  if (op === 0x90) return 'exit'
  if (op === 0x00) return narrow ? `gotol pc${signed(imm)}` : `goto pc${signed(off)}`
  if (op === 0xe0) return `${src === 0 ? 'may_goto' : 'unknown'} pc${signed(off)}`
  const register = narrow ? 'w' : 'r'
  const right = (code & 0x08) === 0 ? hex(imm) : `${register}${src}`
  return `if ${register}${dst} ${comparisons[op] ?? '?'} ${right} goto pc${signed(off)}`
}
