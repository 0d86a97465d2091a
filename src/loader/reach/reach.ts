import { CODE, type Instructions, PSEUDO } from '../code/instructions.ts'
import { arithmetic, isTaken, type Known, meet } from './values.ts'

/** What a walk through a program has to know that its instructions do not say. */
export interface Surroundings {
  /** The place in a map's value that a wide load puts into its register, or `null` for a map itself. */
  placeAt(at: number): { map: string; offset: number } | null | undefined
  /** The bytes of a map's value when nobody can change them. */
  constants(map: string): Uint8Array | undefined
  /** Whether the verifier refuses the program at this instruction. */
  isRefused(at: number): boolean
}

// ABI: instruction classes and modes, Documentation/bpf/standardization/instruction-set.rst.
const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const
const MODE = { MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const
const OP = { JA: 0x00, CALL: 0x80, EXIT: 0x90 } as const
const bytesOf: Readonly<Record<number, number>> = { 0x00: 4, 0x08: 2, 0x10: 1, 0x18: 8 }
const bySource = 8

/** More than the kernel takes of one program: the walk remembers something for each place that is jumped to. */
const mostInstructions = 1_000_000

type Registers = Known[]

/**
 * The instructions of a whole program that can be reached, as far as that depends on numbers that the loader wrote into
 * it: whether a field exists, what an option is set to. The verifier sees at least as much. Undefined for a program that
 * is too large to ask, or that jumps by tables.
 */
export function reachable(insns: Instructions, around: Surroundings): { has(at: number): boolean } | undefined {
  if (insns.count > mostInstructions || jumpsByTable(insns)) return undefined
  const walk = new Walk(insns, around)
  walk.run()
  return { has: (at) => walk.seen[at] === 1 }
}

class Walk {
  readonly seen: Uint8Array
  readonly #insns: Instructions
  readonly #around: Surroundings
  /** What is known at the places that several ways lead to. */
  readonly #known = new Map<number, Registers>()
  readonly #targets: Uint8Array
  readonly #open: number[] = []

  constructor(insns: Instructions, around: Surroundings) {
    this.#insns = insns
    this.#around = around
    this.seen = new Uint8Array(insns.count)
    this.#targets = targetsOf(insns)
  }

  run(): void {
    this.#enter(0, nothing())
    for (let at = this.#open.pop(); at !== undefined; at = this.#open.pop()) {
      this.#straight(at, [...(this.#known.get(at) ?? nothing())])
    }
  }

  /** Notes that a place can be reached with some registers, and walks on from there if that says something new. */
  #enter(at: number, registers: Registers): void {
    if (at < 0 || at >= this.#insns.count) return
    const before = this.#known.get(at)
    const merged = before === undefined ? [...registers] : before.map((value, index) => meet(value, registers[index]))
    if (before !== undefined && merged.every((value, index) => value === before[index])) return
    this.#known.set(at, merged)
    this.#open.push(at)
  }

  /** Walks until the way ends or comes to a place that others lead to. */
  #straight(start: number, registers: Registers): void {
    for (let at = start; at < this.#insns.count; ) {
      if (at !== start && this.#targets[at] === 1) return this.#enter(at, registers)
      this.seen[at] = 1
      if (this.#around.isRefused(at)) return
      const next = this.#step(at, registers)
      if (next === undefined) return
      at = next
    }
  }

  /** Does one instruction. Returns the one behind it, or undefined where the way ends. */
  #step(at: number, registers: Registers): number | undefined {
    const insns = this.#insns
    const code = insns.code(at)
    const dst = insns.dst(at)
    const operand = (code & bySource) === 0 ? BigInt.asUintN(64, BigInt(insns.imm(at))) : registers[insns.src(at)]
    switch (code & 7) {
      case CLASS.ALU:
      case CLASS.ALU64: {
        const wide = (code & 7) === CLASS.ALU64
        registers[dst] = arithmetic(code & 0xf0, registers[dst], operand, { wide, offset: insns.off(at) })
        return at + 1
      }
      case CLASS.LD:
        if (!insns.isWide(at)) registers.fill(undefined, 0, 6)
        else registers[dst] = this.#wide(at)
        return at + (insns.isWide(at) ? 2 : 1)
      case CLASS.LDX:
        registers[dst] = this.#load(code, registers[insns.src(at)], insns.off(at))
        return at + 1
      case CLASS.STX:
        // An atomic instruction may fetch into its source or, comparing, into r0; one that loads does it as others.
        if ((code & 0xe0) === MODE.ATOMIC) registers[insns.src(at)] = registers[insns.dst(at)] = registers[0] = undefined
        return at + 1
      case CLASS.JMP:
      case CLASS.JMP32:
        return this.#jump(at, code, registers, operand)
      default:
        return at + 1
    }
  }

  #wide(at: number): Known {
    const insns = this.#insns
    const place = this.#around.placeAt(at)
    if (place !== undefined) return place ?? 'address'
    if (insns.src(at) === PSEUDO.FUNC) this.#enter(at + insns.imm(at) + 1, nothing())
    if (insns.src(at) !== 0) return 'address'
    return BigInt.asUintN(32, BigInt(insns.imm(at))) | (BigInt.asUintN(32, BigInt(insns.imm(at + 1))) << 32n)
  }

  #load(code: number, from: Known, offset: number): Known {
    const mode = code & 0xe0
    const size = bytesOf[code & 0x18] ?? 0
    if (typeof from !== 'object' || (mode !== MODE.MEM && mode !== MODE.MEMSX)) return undefined
    const bytes = this.#around.constants(from.map)?.subarray(from.offset + offset)
    if (bytes === undefined || from.offset + offset < 0 || bytes.length < size) return undefined
    const value = bytes.subarray(0, size).reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n)
    return mode === MODE.MEM ? value : BigInt.asUintN(64, BigInt.asIntN(size * 8, value))
  }

  #jump(at: number, code: number, registers: Registers, operand: Known): number | undefined {
    const insns = this.#insns
    const wide = (code & 7) === CLASS.JMP
    const operation = code & 0xf0
    if (operation === OP.EXIT && wide) return undefined
    if (operation === OP.CALL && wide) {
      if (code === CODE.CALL && insns.src(at) === PSEUDO.CALL) this.#enter(at + insns.imm(at) + 1, nothing())
      registers.fill(undefined, 0, 6)
      return at + 1
    }
    if (operation === OP.JA) {
      this.#enter(at + 1 + (wide ? insns.off(at) : insns.imm(at)), registers)
      return undefined
    }
    const taken = isTaken(operation, registers[insns.dst(at)], operand, wide)
    if (taken !== false) this.#enter(at + 1 + insns.off(at), registers)
    return taken === true ? undefined : at + 1
  }
}

// ABI: BPF_JMP | BPF_JA | BPF_X, `goto` the address in a register.
const computedJump = 0x0d

function jumpsByTable(insns: Instructions): boolean {
  for (let at = 0; at < insns.count; at += insns.isWide(at) ? 2 : 1) if (insns.code(at) === computedJump) return true
  return false
}

/** Ten registers and the frame's address. */
const nothing = (): Registers => Array.from<Known>({ length: 11 }).fill('address', 10)

/** Where a jump or a call may lead. */
function targetsOf(insns: Instructions): Uint8Array {
  const targets = new Uint8Array(insns.count)
  const mark = (at: number) => {
    if (at >= 0 && at < targets.length) targets[at] = 1
  }
  for (let at = 0; at < insns.count; at += insns.isWide(at) ? 2 : 1) {
    const code = insns.code(at)
    if (insns.isCall(at, PSEUDO.CALL) || (insns.isWide(at) && insns.src(at) === PSEUDO.FUNC)) mark(at + insns.imm(at) + 1)
    if ((code & 7) !== CLASS.JMP && (code & 7) !== CLASS.JMP32) continue
    mark(at + 1 + (code === (CLASS.JMP32 | OP.JA) ? insns.imm(at) : insns.off(at)))
  }
  return targets
}
