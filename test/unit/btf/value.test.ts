import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { codecOf, formatValue, jsonValue } from '../../../src/btf/index.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { suite } from '../../support/needs.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('values through BTF')

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** The UsageError of a value that does not fit, as its message. */
function misfit(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

for (const littleEndian of [true, false]) {
  const order = littleEndian ? 'little' : 'big'

  test(`integers of 1 to 16 bytes come back, ${order} endian`, () => {
    for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 16]) {
      for (const signed of [false, true]) {
        const btf = new BtfWriter({ littleEndian })
        const type = btf.int('number', size, { signed })
        const codec = codecOf(btf.parse(), type)
        const low = signed ? -(1n << BigInt(size * 8 - 1)) : 0n
        const high = (1n << BigInt(signed ? size * 8 - 1 : size * 8)) - 1n
        fc.assert(
          fc.property(fc.bigInt(low, high), (wide) => {
            const value = size > 4 ? wide : Number(wide)
            const bytes = codec.encode(value)
            assert.is(bytes.length, size)
            const digits = BigInt.asUintN(size * 8, wide).toString(16).padStart(size * 2, '0')
            assert.is(hex(littleEndian ? bytes.toReversed() : bytes), digits)
            assert.is(codec.decode(bytes), value)
          }),
          { numRuns: 50 },
        )
        for (const wrong of [low - 1n, high + 1n]) assert.match(misfit(() => codec.encode(wrong)), /^value: expected an integer of/)
      }
    }
  })

  test(`bitfields of every width stand where a C compiler puts them, ${order} endian`, () => {
    fc.assert(
      fc.property(fc.array(fc.record({ bits: fc.integer({ min: 1, max: 64 }), signed: fc.boolean() }), { minLength: 1, maxLength: 12 }), (wanted) => {
        const btf = new BtfWriter({ littleEndian })
        const types = [btf.int('u32', 4), btf.int('s32', 4, { signed: true }), btf.int('u64', 8), btf.int('s64', 8, { signed: true })]
        let bit = 0
        const members = wanted.map(({ bits, signed }, index) => {
          const place = bit
          bit += bits
          return [`m${index}`, types[(bits > 32 ? 2 : 0) + Number(signed)] ?? 0, { bit: place, bits }] as const
        })
        const struct = btf.struct('packed', members, Math.ceil(bit / 8))
        const codec = codecOf(btf.parse(), struct)
        const bytes = Uint8Array.from({ length: codec.size }, (_, index) => (index * 167 + 91) & 0xff)
        const value = codec.decode(bytes)
        // The same bits, found in the whole as one number.
        const whole = BigInt(`0x${hex(littleEndian ? bytes.toReversed() : bytes)}`)
        let at = 0
        for (const [index, { bits, signed }] of wanted.entries()) {
          const shift = littleEndian ? at : codec.size * 8 - at - bits
          const raw = (whole >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)
          const expected = signed ? BigInt.asIntN(bits, raw) : raw
          assert.is(BigInt(Reflect.get(Object(value), `m${index}`)), expected)
          at += bits
        }
        assert.equal(codec.decode(codec.encode(value)), value)
      }),
      { numRuns: 200 },
    )
  })

  test(`a struct with all kinds of members comes back, ${order} endian`, () => {
    const btf = new BtfWriter({ littleEndian })
    const u8 = btf.int('unsigned char', 1)
    const u32 = btf.int('unsigned int', 4)
    const s16 = btf.int('short', 2, { signed: true })
    const u64 = btf.int('unsigned long long', 8)
    const char = btf.int('char', 1, { signed: true })
    const bool = btf.int('_Bool', 1, { bool: true })
    const state = btf.enum('state', { OPEN: 1, CLOSED: 7 })
    const wide = btf.enum64('wide', { HUGE: 1n << 40n, TINY: 1n })
    const point = btf.struct('point', [['x', s16], ['y', s16]])
    const either = btf.union('', [['number', u64], ['halves', btf.array(u32, 2)]])
    const struct = btf.struct('all', [
      ['flag', bool],
      ['name', btf.array(char, 16)],
      ['state', state],
      ['wide', btf.typedef('wide_t', wide)],
      ['points', btf.array(btf.const(point), 3)],
      ['grid', btf.array(btf.array(u8, 2), 3)],
      ['ratio', btf.float('double', 8)],
      ['share', btf.float('float', 4)],
      ['where', btf.ptr(0)],
      ['', either],
      ['low', u32, { bit: 120 * 8, bits: 5 }],
      ['high', u32, { bit: 120 * 8 + 5, bits: 27 }],
    ], 128)
    const codec = codecOf(btf.parse(), struct)
    const value = {
      flag: true,
      name: 'reno',
      state: 'CLOSED',
      wide: 'HUGE',
      points: [{ x: 1, y: -2 }, { x: -32768, y: 32767 }, { x: 0, y: 0 }],
      grid: [[1, 2], [3, 4], [5, 255]],
      ratio: 0.1,
      share: 0.5,
      where: 0xffff_8000_0000_0000n,
      number: 0x1_0000_0002n,
      halves: littleEndian ? [2, 1] : [1, 2],
      low: 31,
      high: 12,
    }
    assert.equal(codec.decode(codec.encode(value)), value)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 128 }), (bytes) => {
        // Whatever a kernel wrote can be read, and what was read can be written but for what text leaves out.
        const read = codec.decode(bytes)
        assert.equal(codec.decode(codec.encode({ ...Object(read), name: 'x' })), { ...Object(read), name: 'x' })
      }),
    )
  })
}

const writer = new BtfWriter()
const u8 = writer.int('unsigned char', 1)
const u32 = writer.int('unsigned int', 4)
const u64 = writer.int('unsigned long', 8)
const char = writer.int('char', 1, { signed: true })
const state = writer.enum('state', { OPEN: 1, ALSO_OPEN: 1, CLOSED: 7 })
const text = writer.array(char, 8)
const inner = writer.struct('inner', [['id', u32], ['list', writer.array(u8, 4)]])
const outer = writer.struct('outer', [['inner', inner], ['all', writer.array(inner, 2)], ['bits', u32, { bit: 192, bits: 3 }]], 28)
const union = writer.union('either', [['wide', u64], ['narrow', u8], ['pair', writer.array(u32, 2)]])
const message = writer.struct('message', [['length', u32], ['words', writer.array(u32, 0)]])
const line = writer.struct('line', [['length', u32], ['text', writer.array(char, 0)]])
const inside = writer.struct('inside', [['list', writer.array(u32, 0)], ['after', u32]])
const nothing = writer.func('function', writer.proto(0))
const itself = writer.struct('itself', [['itself', writer.ahead(0)]], 8)
const overflowing = writer.struct('overflowing', [['far', u32, { bit: 64 }]], 8)
const half = writer.float('_Float16', 2)
const btf = writer.parse()

test('what does not fit is refused with the place where it stands', () => {
  const codec = codecOf(btf, outer)
  assert.is(misfit(() => codec.encode({ inner: { list: [1, 2, 3, 256] } })), 'value.inner.list[3]: expected an integer of 8 bits without a sign, which 256 is not')
  assert.is(misfit(() => codec.encode({ inner: { list: [1, 2, 3] } })), 'value.inner.list: expected an array of 4, not of 3')
  assert.match(misfit(() => codec.encode({ all: [{}, { id: 'x' }] }, 'flows')), /^flows\.all\[1\]\.id: expected an integer, not "x"$/)
  assert.match(misfit(() => codec.encode({ bits: 8 })), /^value\.bits: expected an integer of 3 bits/)
  assert.match(misfit(() => codec.encode({ inner: { idd: 1 } })), /^value\.inner\.idd: expected no member of this name: there is id, list$/)
  assert.match(misfit(() => codec.encode(5)), /^value: expected an object with inner, all, bits, not 5$/)
  assert.match(misfit(() => codecOf(btf, u64).encode(2 ** 60)), /bigint/)
  assert.match(misfit(() => codecOf(btf, u32).encode(1.5)), /an integer, not 1.5/)
  assert.match(misfit(() => codecOf(btf, state).encode('SHUT')), /one of OPEN, ALSO_OPEN, CLOSED, not "SHUT"/)
  assert.match(misfit(() => codecOf(btf, text).encode('longer than it')), /at most 8 bytes, not 14/)
  assert.match(misfit(() => codecOf(btf, text).encode('a\0b')), /without a zero/)
  assert.match(misfit(() => codecOf(btf, outer).decode(new Uint8Array(27))), /28 bytes, not of 27/)
})

test('members that are not given are zero', () => {
  assert.equal(codecOf(btf, inner).decode(codecOf(btf, inner).encode({ id: 7 })), { id: 7, list: [0, 0, 0, 0] })
})

test('text ends at the first zero, or at the end of its array', () => {
  const codec = codecOf(btf, text)
  assert.is(hex(codec.encode('ä')), 'c3a4000000000000')
  assert.is(codec.decode(codec.encode('12345678')), '12345678')
  assert.is(codec.decode(Buffer.from('ab\0cdefg')), 'ab')
  assert.is(codec.decode(codec.encode(Buffer.from('raw'))), 'raw')
})

test('an enum is told by its first name, or as a number where it has none', () => {
  const codec = codecOf(btf, state)
  assert.is(codec.decode(codec.encode('ALSO_OPEN')), 'OPEN')
  assert.is(codec.decode(codec.encode(7)), 'CLOSED')
  assert.is(codec.decode(codec.encode(3)), 3)
})

test('a union shows all its members, and takes any that agree', () => {
  const codec = codecOf(btf, union)
  const value = { wide: 0x1_0000_0002n, narrow: 2, pair: [2, 1] }
  assert.equal(codec.decode(codec.encode({ wide: 0x1_0000_0002n })), value)
  assert.equal(codec.decode(codec.encode({ pair: [2, 1] })), value)
  assert.equal(codec.decode(codec.encode(value)), value)
  assert.match(misfit(() => codec.encode({ ...value, narrow: 3 })), /give only one of them/)
})

test('a flexible array takes what is left of the bytes', () => {
  const codec = codecOf(btf, message)
  assert.is(codec.size, 4)
  for (const words of [[], [1], [1, 2, 3]]) {
    const value = { length: words.length, words }
    assert.is(codec.encode(value).length, 4 + 4 * words.length)
    assert.equal(codec.decode(codec.encode(value)), value)
  }
  assert.equal(codec.decode(new Uint8Array(11)), { length: 0, words: [0] })
  assert.match(misfit(() => codec.encode({ words: [1, -1] })), /^value\.words\[1\]/)
  const lines = codecOf(btf, line)
  assert.equal(lines.decode(lines.encode({ length: 5, text: 'hello' })), { length: 5, text: 'hello' })
  // One in the middle has no elements.
  assert.equal(codecOf(btf, inside).decode(new Uint8Array(64)), { list: [], after: 0 })
  assert.match(misfit(() => codecOf(btf, inside).encode({ list: [1] })), /an array of 0, not of 1/)
})

test('values are read inside a larger view', () => {
  const bytes = new Uint8Array(64)
  bytes[21] = 1
  assert.equal(codecOf(btf, message).decodeAt(new DataView(bytes.buffer, 4), 12, 8), { length: 0, words: [256] })
})

test('types that have no values, or no end, are refused', () => {
  assert.match(objectError(() => codecOf(btf, nothing)).message, /func "function"/)
  assert.match(objectError(() => codecOf(btf, itself)).message, /at most 32 deep/)
  assert.match(objectError(() => codecOf(btf, overflowing)).message, /inside its 8 bytes, unlike "far"/)
  assert.equal(codecOf(btf, half).decode(Uint8Array.of(1, 2)), Uint8Array.of(1, 2))
})

test('values are shown to people, and as JSON, with whole bigints', () => {
  const value = { name: 'a"b', big: 1n << 63n, list: [1, 2], empty: [], raw: Uint8Array.of(7) }
  assert.is(formatValue(value), '{ .name = "a\\"b", .big = 9223372036854775808, .list = [ 1, 2 ], .empty = [], .raw = [ 7 ] }')
  assert.is(jsonValue(value), '{"name":"a\\"b","big":"9223372036854775808","list":[1,2],"empty":[],"raw":[7]}')
  const long = formatValue({ first: Array.from({ length: 40 }, (_, index) => index), second: { third: true } })
  assert.match(long, /^\{\n {2}\.first = \[\n {4}0,\n/)
  assert.match(long, /\n {2}\.second = \{ \.third = true \},\n\}$/)
})

test.run()
