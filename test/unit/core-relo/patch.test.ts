import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE, patchInstruction, poisonCall, type Resolution } from '../../../src/core-relo/index.ts'

const test = suite('patching instructions')

// ABI: opcodes of linux/bpf.h.
const MOV_IMM = 0xb7
const MOV32_IMM = 0xb4
const ADD_IMM = 0x07
const MOV_REG = 0xbf
const LDX = { 1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79 } as const
const STX = { 1: 0x73, 2: 0x6b, 4: 0x63, 8: 0x7b } as const
const ST = { 1: 0x72, 2: 0x6a, 4: 0x62, 8: 0x7a } as const
const LDXS_W = 0x81
const ATOMIC_DW = 0xdb
const LDIMM64 = 0x18
const LD_ABS = 0x20
const CALL = 0x85
const EXIT = 0x95
const JEQ_IMM = 0x15

type Insn = [code: number, dst: number, src: number, off: number, imm: number]

function encode(...insns: Insn[]): DataView {
  const view = new DataView(new ArrayBuffer(insns.length * 8))
  for (const [index, [code, dst, src, off, imm]] of insns.entries()) {
    view.setUint8(index * 8, code)
    view.setUint8(index * 8 + 1, (src << 4) | dst)
    view.setInt16(index * 8 + 2, off, true)
    view.setInt32(index * 8 + 4, imm, true)
  }
  return view
}

const decode = (view: DataView): Insn[] =>
  Array.from({ length: view.byteLength / 8 }, (_, index) => [
    view.getUint8(index * 8),
    view.getUint8(index * 8 + 1) & 0xf,
    view.getUint8(index * 8 + 1) >> 4,
    view.getInt16(index * 8 + 2, true),
    view.getInt32(index * 8 + 4, true),
  ])

const resolution = (changed: Partial<Resolution>): Resolution => ({
  kind: CORE.FIELD_BYTE_OFFSET,
  what: 'struct sock.f',
  source: null,
  original: 8n,
  value: 24n,
  resize: null,
  ...changed,
})

class Refused extends Error {}

function patch(view: DataView, changed: Partial<Resolution> = {}, offset = 0): string | null {
  return patchInstruction(view, offset, resolution(changed), (expected) => {
    throw new Refused(expected)
  })
}

function patched(insns: Insn[], changed?: Partial<Resolution>, offset?: number): Insn[] {
  const view = encode(...insns)
  assert.is(patch(view, changed, offset), null)
  return decode(view)
}

/** What is said of an instruction that cannot be patched. It stays as it was. */
function refused(insns: Insn[], changed?: Partial<Resolution>, offset?: number): string {
  const view = encode(...insns)
  try {
    patch(view, changed, offset)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    assert.equal(decode(view), insns)
    return error.message
  }
  throw new Error('it was patched')
}

test('the immediate value of an arithmetic instruction', () => {
  for (const code of [MOV_IMM, MOV32_IMM, ADD_IMM]) assert.equal(patched([[code, 3, 0, 0, 8]]), [[code, 3, 0, 0, 24]])
})

test('the offset of a load or a store', () => {
  for (const code of [...Object.values(LDX), ...Object.values(STX), LDXS_W, ATOMIC_DW]) {
    assert.equal(patched([[code, 1, 2, 8, 0]]), [[code, 1, 2, 24, 0]])
  }
  for (const code of Object.values(ST)) assert.equal(patched([[code, 1, 0, 8, 77]]), [[code, 1, 0, 24, 77]])
})

test('both halves of a 64-bit load', () => {
  const wide = (low: number, high: number): Insn[] => [[LDIMM64, 4, 0, 0, low], [0, 0, 0, 0, high]]
  assert.equal(patched(wide(8, 0)), wide(24, 0))
  assert.equal(patched(wide(8, 0), { value: 0x1234_5678_9abc_def0n }), wide(0x9abc_def0 | 0, 0x1234_5678))
  assert.equal(patched(wide(8, 0), { value: -1n }), wide(-1, -1))
  assert.equal(patched(wide(8, 0), { value: 0xffff_ffffn }), wide(-1, 0))
  assert.equal(patched(wide(-2, -1), { original: -2n, value: 1n }), wide(1, 0))
  // An enumerator of 64 bits may be larger than any signed number.
  assert.equal(patched(wide(0, -0x8000_0000), { original: 1n << 63n, value: 2n }), wide(2, 0))
})

test('any value goes into a 64-bit load and comes out again', () => {
  const any = fc.bigInt({ min: -(1n << 63n), max: (1n << 64n) - 1n })
  fc.assert(
    fc.property(any, any, (before, after) => {
      const view = encode([LDIMM64, 1, 0, 0, 0], [0, 0, 0, 0, 0])
      patch(view, { original: 0n, value: before })
      patch(view, { original: before, value: after })
      const found = BigInt(view.getUint32(4, true)) | (BigInt(view.getUint32(12, true)) << 32n)
      assert.is(found, BigInt.asUintN(64, after))
    }),
  )
})

test('the instruction at the offset, and no other', () => {
  const insns: Insn[] = [[MOV_IMM, 0, 0, 0, 8], [MOV_IMM, 1, 0, 0, 8], [EXIT, 0, 0, 0, 0]]
  assert.equal(patched(insns, {}, 8), [[MOV_IMM, 0, 0, 0, 8], [MOV_IMM, 1, 0, 0, 24], [EXIT, 0, 0, 0, 0]])
})

test('an instruction that does not hold what the compiler must have written', () => {
  assert.is(refused([[MOV_IMM, 1, 0, 0, 9]]), '8 in the instruction that reads struct sock.f, not 9')
  assert.match(refused([[LDX[4], 1, 2, 12, 0]]), 'not 12')
  assert.match(refused([[LDIMM64, 1, 0, 0, 8], [0, 0, 0, 0, 1]]), 'not 4294967304')
  assert.equal(patched([[MOV_IMM, 1, 0, 0, 9]], { original: null }), [[MOV_IMM, 1, 0, 0, 24]])
})

test('a load changes its width where that is safe', () => {
  for (const from of [1, 2, 4, 8] as const) {
    for (const to of [1, 2, 4, 8] as const) {
      if (from === to) continue
      const resize = { from, to, safe: true }
      assert.equal(patched([[LDX[from], 1, 2, 8, 0]], { resize }), [[LDX[to], 1, 2, 24, 0]])
      assert.equal(patched([[STX[from], 1, 2, 8, 0]], { resize }), [[STX[to], 1, 2, 24, 0]])
      assert.equal(patched([[ST[from], 1, 0, 8, 5]], { resize }), [[ST[to], 1, 0, 24, 5]])
    }
  }
})

test('a width that the instruction does not have, or that none has, is refused', () => {
  assert.match(refused([[LDX[8], 1, 2, 8, 0]], { resize: { from: 4, to: 8, safe: true } }), 'a load or store of 4 bytes')
  assert.match(refused([[LDX[4], 1, 2, 8, 0]], { resize: { from: 4, to: 16, safe: true } }), '1, 2, 4 or 8 bytes, not 16')
  assert.match(refused([[LDX[4], 1, 2, 8, 0]], { resize: { from: 3, to: 8, safe: true } }), 'a load or store of 3 bytes')
})

const poisoned: Insn = [CALL, 0, 0, 0, poisonCall]

test('a load of another width that is not safe must not be reached, for the program may have checked the size', () => {
  const view = encode([LDX[4], 1, 2, 8, 0])
  assert.is(patch(view, { resize: { from: 4, to: 8, safe: false } }), 'struct sock.f of 4 bytes')
  assert.equal(decode(view), [poisoned])
})

test('the width does not matter where nothing is loaded', () => {
  assert.equal(patched([[ADD_IMM, 1, 0, 0, 8]], { resize: { from: 4, to: 8, safe: false } }), [[ADD_IMM, 1, 0, 0, 24]])
})

test('what the kernel does not have must not be reached', () => {
  for (const code of [MOV_IMM, LDX[4], STX[8], ST[1], JEQ_IMM]) {
    const view = encode([code, 1, 2, 8, 8], [EXIT, 0, 0, 0, 0])
    assert.is(patch(view, { value: null }), 'struct sock.f')
    assert.equal(decode(view), [poisoned, [EXIT, 0, 0, 0, 0]])
  }
  const view = encode([LDIMM64, 1, 0, 0, 8], [0, 0, 0, 0, 0])
  assert.is(patch(view, { value: null }), 'struct sock.f')
  assert.equal(decode(view), [poisoned, poisoned])
})

test('an offset that does not fit in 16 bits is refused', () => {
  assert.equal(patched([[LDX[4], 1, 2, 8, 0]], { value: 0x7fffn }), [[LDX[4], 1, 2, 0x7fff, 0]])
  assert.match(refused([[LDX[4], 1, 2, 8, 0]], { value: 0x8000n }), 'fits in 16 bits, not 32768')
})

test('instructions that hold no such number are refused', () => {
  for (const code of [CALL, EXIT, JEQ_IMM, 0x16]) {
    assert.is(refused([[code, 0, 0, 8, 8]]), 'a load, store or arithmetic instruction')
  }
  assert.match(refused([[MOV_REG, 1, 2, 0, 0]]), 'an arithmetic instruction with an immediate value')
  assert.match(refused([[LD_ABS, 0, 0, 0, 8]]), 'a 64-bit load of an immediate value')
  assert.match(refused([[LDIMM64, 1, 0, 0, 8]]), 'both halves of a 64-bit load')
})

test('a 64-bit load of a map, a function or nothing sensible is refused', () => {
  const second: Insn = [0, 0, 0, 0, 0]
  for (const src of [1, 2, 3, 4]) assert.match(refused([[LDIMM64, 1, src, 0, 8], second]), 'of an immediate value')
  assert.match(refused([[LDIMM64, 1, 0, 4, 8], second]), 'of an immediate value')
  assert.match(refused([[LDIMM64, 1, 0, 0, 8], [EXIT, 0, 0, 0, 0]]), 'of an immediate value')
  assert.match(refused([[LDIMM64, 1, 0, 0, 8], [0, 1, 0, 0, 0]]), 'of an immediate value')
})

test('a place that is no instruction of the program is refused', () => {
  for (const offset of [4, 9, 16, 24, 0xffff_fff8, 2 ** 53]) {
    assert.is(refused([[MOV_IMM, 1, 0, 0, 8], [EXIT, 0, 0, 0, 0]], {}, offset), 'an instruction of the program')
  }
})

test.run()
