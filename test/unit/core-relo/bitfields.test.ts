import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE } from '../../../src/core-relo/index.ts'
import { resolver, type Types } from '../../support/core-sides.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('co-re bitfields')

/** A struct of a bitfield, of an integer of `size` bytes. */
const field = (size: number, bit: number, bits: number, signed = false): Types => (writer) =>
  writer.struct('s', [['f', writer.int('base', size, { signed }), { bit, bits }]], 24)

const kinds = {
  offset: CORE.FIELD_BYTE_OFFSET,
  size: CORE.FIELD_BYTE_SIZE,
  signed: CORE.FIELD_SIGNED,
  left: CORE.FIELD_LSHIFT_U64,
  right: CORE.FIELD_RSHIFT_U64,
}

/** All answers about the field of the kernel's struct. */
function answers(kernel: Types, littleEndian = true): Record<keyof typeof kinds, number> {
  const ask = resolver({ local: field(4, 0, 1), kernel, littleEndian })
  const number = (kind: keyof typeof kinds) => Number(ask(kinds[kind], '0:0').value)
  return { offset: number('offset'), size: number('size'), signed: number('signed'), left: number('left'), right: number('right') }
}

const cases: [title: string, kernel: Types, expected: [offset: number, size: number, left: number, right: number]][] = [
  ['at the start of its integer', field(4, 0, 5), [0, 4, 59, 59]],
  ['inside of its integer', field(4, 35, 5), [4, 4, 56, 59]],
  ['the whole of its integer', field(4, 32, 32), [4, 4, 32, 32]],
  ['of a byte', field(1, 43, 3), [5, 1, 58, 61]],
  ['over the end of its integer', field(4, 30, 5), [0, 8, 29, 59]],
  ['over the end of a byte', field(1, 14, 4), [0, 4, 46, 60]],
  ['of 64 bits', field(8, 64, 64), [8, 8, 0, 0]],
]
for (const [title, kernel, [offset, size, left, right]] of cases) {
  test(`a bitfield ${title}`, () => {
    assert.equal(answers(kernel), { offset, size, signed: 0, left, right })
  })
}

test('a bitfield is signed as its integer is', () => {
  assert.is(answers(field(4, 3, 5, true)).signed, 1)
})

test('what the compiler wrote for a bitfield is not checked but for its sign and width', () => {
  const ask = resolver({ local: field(4, 35, 5), kernel: field(4, 35, 5) })
  const originals = Object.values(kinds).map((kind) => ask(kind, '0:0').original)
  assert.equal(originals, [null, null, 0n, null, 59n])
  assert.is(ask(CORE.FIELD_EXISTS, '0:0').original, 1n)
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:0').resize, null)
})

test('an ordinary member here may be a bitfield there', () => {
  const local: Types = (writer) => writer.struct('s', [['f', writer.int('unsigned int', 4)]])
  const ask = resolver({ local, kernel: field(4, 37, 2) })
  const found = ask(CORE.FIELD_BYTE_OFFSET, '0:0')
  assert.equal([found.original, found.value], [0n, 4n])
  assert.is(ask(CORE.FIELD_LSHIFT_U64, '0:0').value, 57n)
})

test('bitfields that no load of 8 bytes can read, or that stand in nothing, are refused', () => {
  assert.match(objectError(() => answers(field(8, 60, 8))).expected, 'a bitfield "f" that fits in 8 aligned bytes')
  assert.match(objectError(() => answers(field(8, 0, 255))).expected, 'fits in 8 aligned bytes')
  assert.match(objectError(() => answers(field(0, 3, 2))).expected, 'a type with bytes to hold the bitfield "f"')
})

/** Bits of memory as C numbers them: from the low end of each byte on little-endian machines, else from the high one. */
function bitsOf(memory: Uint8Array, bit: number, bits: number, littleEndian: boolean): bigint {
  let value = 0n
  for (let index = 0; index < bits; index += 1) {
    const at = bit + index
    const place = littleEndian ? at % 8 : 7 - (at % 8)
    const one = BigInt(((memory[at >> 3] ?? 0) >> place) & 1)
    value |= one << BigInt(littleEndian ? index : bits - 1 - index)
  }
  return value
}

/** What a program does with the answers: a load, and two shifts of 64 bits. */
function read(memory: Uint8Array, { offset, size, left, right }: ReturnType<typeof answers>, littleEndian: boolean): bigint {
  const bytes = [...memory.subarray(offset, offset + size)]
  const ordered = littleEndian ? bytes.toReversed() : bytes
  const loaded = ordered.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return BigInt.asUintN(64, loaded << BigInt(left)) >> BigInt(right)
}

test('a load and two shifts read the bits of the field, in both byte orders', () => {
  const memory = fc.uint8Array({ minLength: 24, maxLength: 24 })
  const layout = fc.constantFrom(1, 2, 4, 8).chain((size) =>
    fc.nat(60).chain((bit) => fc.integer({ min: 1, max: Math.min(size * 8, 64 - bit) }).map((bits) => ({ size, bit, bits }))),
  )
  fc.assert(
    fc.property(layout, memory, fc.boolean(), ({ size, bit, bits }, bytes, littleEndian) => {
      const found = answers(field(size, bit, bits), littleEndian)
      assert.is(read(bytes, found, littleEndian), bitsOf(bytes, bit, bits, littleEndian))
    }),
    { numRuns: 500 },
  )
})

test.run()
