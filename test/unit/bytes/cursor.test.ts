import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Cursor } from '../../../src/bytes/index.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('cursor')

type Field =
  | { kind: 'u8' | 'u16' | 'u32'; value: number }
  | { kind: 'u64' | 'i64'; value: bigint }
  | { kind: 'size64'; value: number }

const fields: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant('u16' as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ kind: fc.constant('u64' as const), value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }) }),
  fc.record({ kind: fc.constant('i64' as const), value: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }) }),
  fc.record({ kind: fc.constant('size64' as const), value: fc.nat(Number.MAX_SAFE_INTEGER) }),
)
const widths = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8, size64: 8 }

function write(list: readonly Field[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(list.reduce((sum, { kind }) => sum + widths[kind], 0)))
  let at = 0
  for (const { kind, value } of list) {
    const bits = BigInt.asUintN(64, BigInt(value))
    for (let byte = 0; byte < widths[kind]; byte += 1) {
      const place = littleEndian ? byte : widths[kind] - 1 - byte
      view.setUint8(at + place, Number((bits >> BigInt(8 * byte)) & 0xffn))
    }
    at += widths[kind]
  }
  return new Uint8Array(view.buffer)
}

const read = (cursor: Cursor, kind: Field['kind']) => (kind === 'size64' ? cursor.size64('a size') : cursor[kind]())

test('reads back what was written, in both byte orders and from the middle of a buffer', () => {
  fc.assert(
    fc.property(fc.array(fields), fc.boolean(), fc.nat(9), (list, littleEndian, before) => {
      const written = write(list, littleEndian)
      const all = Buffer.alloc(before + written.length + 3, 0xee)
      all.set(written, before)
      const bytes = all.subarray(before, before + written.length)
      const cursor = new Cursor(bytes, { file: 'f', path: '', littleEndian })
      for (const { kind, value } of list) assert.is(read(cursor, kind), value)
      assert.is(cursor.remaining, 0)
      assert.is(cursor.offset, written.length)
    }),
  )
})

test('never reads past its end, wherever the bytes were cut', () => {
  fc.assert(
    fc.property(fc.array(fields, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (list, where) => {
      const written = write(list, true)
      const cut = Math.min(written.length - 1, Math.floor(where * written.length))
      // What follows in the buffer must stay out of reach.
      const cursor = new Cursor(written.subarray(0, cut), { file: 'f', path: 'a/b', littleEndian: true })
      const error = objectError(() => {
        for (const { kind } of list) read(cursor, kind)
      })
      assert.is(error.file, 'f')
      assert.is(error.path, 'a/b')
      assert.match(error.expected, `but it ends after ${cut}`)
    }),
  )
})

test('a size that a number cannot hold is refused', () => {
  for (const value of [(1n << 64n) - 1n, 1n << 60n, 1n << 53n]) {
    const bytes = new Uint8Array(new BigUint64Array([value]).buffer)
    const cursor = new Cursor(bytes, { file: 'f', path: 'header', littleEndian: true })
    assert.is(objectError(() => cursor.size64('the offset')).message, `f: header: the offset ${value} is beyond any file's size`)
  }
})

test('a range has a longer path and its own end', () => {
  const whole = new Cursor(Uint8Array.of(0, 1, 2, 3, 4), { file: 'f', path: '', littleEndian: true })
  const middle = whole.range(1, 3, 'header').range(1, 2, 'field')
  assert.is(middle.path, 'header/field')
  assert.equal([...middle.bytes], [2, 3])
  middle.skip(2)
  assert.is(objectError(() => middle.u8()).path, 'header/field')
  assert.is(whole.offset, 0)
})

test('a range outside of its bytes is refused, however large its numbers are', () => {
  const whole = new Cursor(new Uint8Array(8), { file: 'f', path: 'p', littleEndian: true })
  const huge = [2 ** 31, 2 ** 32 - 1, 2 ** 53, 2 ** 64, Infinity]
  for (const number of huge) {
    for (const [offset, length] of [[0, number], [number, 0], [number, number], [1, number], [number, 1]] as const) {
      assert.is(objectError(() => whole.range(offset, length, 'r')).path, 'p/r')
    }
  }
  assert.throws(() => whole.range(-1, 1, 'r'))
  assert.throws(() => whole.range(1, -1, 'r'))
  assert.is(whole.range(8, 0, 'r').bytes.length, 0)
  assert.is(objectError(() => whole.skip(9)).path, 'p')
})

test('a name ends at the next zero', () => {
  const bytes = Buffer.from('\0first\0second\0no end')
  const cursor = new Cursor(bytes, { file: 'f', path: 'strings', littleEndian: true })
  assert.is(cursor.name(0, 'the name'), '')
  assert.is(cursor.name(1, 'the name'), 'first')
  assert.is(cursor.name(3, 'the name'), 'rst')
  assert.is(cursor.name(7, 'the name'), 'second')
  for (const offset of [14, 20, bytes.length, bytes.length + 1, 0xffff_ffff]) {
    const error = objectError(() => cursor.name(offset, 'the name of symbol[3]'))
    assert.is(error.message, `f: strings: the name of symbol[3] at offset ${offset} is not a string inside the table`)
  }
})

test('a name that goes on for kilobytes is refused', () => {
  const cursor = new Cursor(Buffer.from(`${'a'.repeat(5000)}\0`), { file: 'f', path: '', littleEndian: true })
  assert.is(cursor.name(1000, 'the name').length, 4000)
  assert.match(objectError(() => cursor.name(0, 'the name')).expected, 'longer than 4096 bytes')
})

test('names that differ stay different, also by a byte order mark', () => {
  const cursor = new Cursor(Buffer.from('\uFEFFname\0'), { file: 'f', path: '', littleEndian: true })
  assert.is(cursor.name(0, 'the name'), '\uFEFFname')
})

test.run()
