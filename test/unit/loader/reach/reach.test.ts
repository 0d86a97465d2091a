import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Instructions } from '../../../../src/loader/code/instructions.ts'
import { reachable } from '../../../../src/loader/reach/reach.ts'
import { code, type Insn, OP } from '../../../support/object-writer.ts'

const test = suite('what of a program can be reached')

// ABI: `if (rN != imm) goto`, an atomic instruction of 8 bytes, and what it does, linux/bpf.h.
const JNE = 0x55
const ATOMIC = 0xdb
const LOAD_ACQUIRE = 0x100
const CMPXCHG = 0xf1
const FETCH_ADD = 0x01

/** Which instructions are reached when `insns` stand between `r0 = r1 = r2 = 0` and `if (rN != 0) goto` the last one. */
function reached(register: number, insns: readonly Insn[]): boolean {
  const zeros: Insn[] = [0, 1, 2].map((to) => [OP.MOV_IMM, to])
  const all: Insn[] = [...zeros, ...insns, [JNE, register, 0, 1, 0], [OP.EXIT], [OP.MOV_IMM], [OP.EXIT]]
  const found = reachable(new Instructions(code(all)), { placeAt: () => undefined, constants: () => undefined, isRefused: () => false })
  return found?.has(all.length - 1) === true
}

test('a number that nothing has changed decides', () => {
  for (const register of [0, 1, 2]) assert.not.ok(reached(register, []), `r${register}`)
})

test('what an atomic instruction reads is not known', () => {
  assert.ok(reached(1, [[ATOMIC, 1, 10, -8, LOAD_ACQUIRE]]), 'loaded into its destination')
  assert.ok(reached(2, [[ATOMIC, 10, 2, -8, FETCH_ADD]]), 'fetched into its source')
  assert.ok(reached(0, [[ATOMIC, 10, 2, -8, CMPXCHG]]), 'compared with r0')
  assert.not.ok(reached(1, [[ATOMIC, 10, 2, -8, FETCH_ADD]]), 'another register')
})

test.run()
