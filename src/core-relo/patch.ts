import type { Resolution } from './resolve.ts'

/**
 * The helper that a poisoned instruction calls. No such helper exists, so the verifier refuses the program if it can get
 * there, and its log shows this number. The same as libbpf's, for those who know it.
 */
export const poisonCall = 0xbad2310

// ABI: struct bpf_insn, linux/bpf.h: code, registers, off (s16 at 2), imm (s32 at 4); 8 bytes.
const insnSize = 8
const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, ALU64: 7 } as const
const ldimm64 = 0x18
const callCode = 0x85
/** Size bits of a load or store. */
const sizeCodes: Readonly<Record<number, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 }

/**
 * Writes a resolution into the instruction at `offset` of a little-endian program. `fail` is called with what was
 * expected when the instruction is not one that the relocation can change. What the kernel does not have, or not in a
 * size that the instruction can read, poisons it: then the return value says what that is, and else it is null.
 */
export function patchInstruction(
  insns: DataView,
  offset: number,
  { value, original, resize, what }: Resolution,
  fail: (expected: string) => never,
): string | null {
  if (offset % insnSize !== 0 || offset + insnSize > insns.byteLength) fail('an instruction of the program')
  const code = insns.getUint8(offset)
  const isWide = code === ldimm64
  if (isWide && offset + 2 * insnSize > insns.byteLength) fail('both halves of a 64-bit load')
  if (value === null) {
    poison(insns, offset)
    if (isWide) poison(insns, offset + insnSize)
    return what
  }
  const expect = (found: bigint) => {
    if (original === null || BigInt.asUintN(64, found) === BigInt.asUintN(64, original)) return
    fail(`${original} in the instruction that reads ${what}, not ${found}`)
  }

  switch (code & 7) {
    case CLASS.ALU:
    case CLASS.ALU64:
      if ((code & 8) !== 0) fail('an arithmetic instruction with an immediate value')
      expect(BigInt(insns.getInt32(offset + 4, true)))
      insns.setInt32(offset + 4, Number(BigInt.asIntN(32, value)), true)
      return null
    case CLASS.LDX:
    case CLASS.ST:
    case CLASS.STX:
      expect(BigInt(insns.getInt16(offset + 2, true)))
      if (value > 0x7fffn) fail(`an offset of ${what} that fits in 16 bits, not ${value}`)
      // A program may check the size before it gets here, so this instruction need not be reached.
      if (resize?.safe === false) {
        poison(insns, offset)
        return `${what} of ${resize.from} bytes`
      }
      if (resize !== null) insns.setUint8(offset, resized(code, resize, what, fail))
      insns.setInt16(offset + 2, Number(value), true)
      return null
    case CLASS.LD:
      if (!isWide || !isPlain(insns, offset)) fail('a 64-bit load of an immediate value')
      expect(BigInt(insns.getUint32(offset + 4, true)) | (BigInt(insns.getInt32(offset + 12, true)) << 32n))
      insns.setUint32(offset + 4, Number(BigInt.asUintN(32, value)), true)
      insns.setUint32(offset + 12, Number(BigInt.asUintN(32, value >> 32n)), true)
      return null
    default:
      return fail('a load, store or arithmetic instruction')
  }
}

/** A wide load of a number: one of a map or a function says so in its source register. */
const isPlain = (insns: DataView, offset: number): boolean =>
  insns.getUint8(offset + 1) >> 4 === 0 && insns.getUint16(offset + 2, true) === 0 && insns.getUint32(offset + insnSize, true) === 0

function poison(insns: DataView, offset: number): void {
  insns.setUint8(offset, callCode)
  insns.setUint8(offset + 1, 0)
  insns.setInt16(offset + 2, 0, true)
  insns.setInt32(offset + 4, poisonCall, true)
}

function resized(
  code: number,
  resize: NonNullable<Resolution['resize']>,
  what: string,
  fail: (expected: string) => never,
): number {
  const { from, to } = resize
  if ((code & 0x18) !== sizeCodes[from]) fail(`a load or store of ${from} bytes, the size of ${what}`)
  return (code & ~0x18) | (sizeCodes[to] ?? fail(`${what} of 1, 2, 4 or 8 bytes, not ${to}`))
}
