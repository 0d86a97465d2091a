import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError } from '../../../src/errors/index.ts'
import {
  type Attribute,
  attributeText,
  attributeU32,
  eachAttribute,
  encodeAttributes,
  encodeRequest,
  littleEndian,
  messages,
  u32,
  zeroEnded,
} from '../../../src/kernel/net/netlink.ts'

const test = suite('netlink messages')

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Reads attributes back as they went in, `shape` telling which of them are lists. */
function readBack(view: DataView, start: number, end: number, shape: readonly Attribute[]): Attribute[] {
  const found: Attribute[] = []
  eachAttribute(view, start, end, (type, at, length) => {
    const inner = shape[found.length]?.[1]
    const value =
      inner instanceof Uint8Array || inner === undefined
        ? new Uint8Array(view.buffer, view.byteOffset + at, length)
        : readBack(view, at, at + length, inner)
    found.push([type, value])
  })
  return found
}

const plainAttribute: fc.Arbitrary<Attribute> = fc.tuple(
  fc.integer({ min: 0, max: 0x3fff }),
  fc.uint8Array({ maxLength: 40 }),
)
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  plainAttribute,
  fc.tuple(fc.integer({ min: 0, max: 0x3fff }), fc.array(plainAttribute, { maxLength: 4 })),
)
const request = fc.record({
  type: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  sequence: fc.nat(0xffff_ffff),
  fixed: fc
    .uint8Array({ maxLength: 5 })
    .map((words) => Uint8Array.from([...words].flatMap((word) => [word, 0, 0, word]))),
  attributes: fc.array(attribute, { maxLength: 6 }),
})

test('what is encoded reads back the same, several messages in one datagram too', () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 3 }), (requests) => {
      const datagram = Uint8Array.from(requests.flatMap((one) => [...encodeRequest(one)]))
      const read = [...messages(viewOf(datagram))]
      assert.is(read.length, requests.length)
      for (const [index, { type, flags, sequence, view, start, end }] of read.entries()) {
        const sent = requests[index]
        assert.equal({ type, flags, sequence }, { type: sent?.type, flags: sent?.flags, sequence: sent?.sequence })
        const fixed = sent?.fixed.length ?? 0
        assert.equal(new Uint8Array(view.buffer, start, fixed), sent?.fixed)
        assert.equal(readBack(view, start + fixed, end, sent?.attributes ?? []), sent?.attributes)
      }
    }),
  )
})

test('a datagram that is cut short is refused, never read beyond its end', () => {
  fc.assert(
    fc.property(request, fc.nat(), (one, cut) => {
      const bytes = encodeRequest(one)
      const short = bytes.slice(0, 1 + (cut % (bytes.length - 1)))
      assert.throws(
        () => [...messages(viewOf(short))],
        (error: unknown) => error instanceof ObjectError,
      )
    }),
  )
})

test('any bytes at all end in messages within the datagram or in an ObjectError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const { view, start, end } of messages(viewOf(bytes))) {
          assert.ok(start <= end && end <= bytes.length)
          eachAttribute(view, start, end, (_, at, length) => assert.ok(length >= 0 && at + length <= end))
        }
      } catch (error) {
        if (!(error instanceof ObjectError)) throw error
      }
    }),
  )
})

test('a message whose length is zero does not hang the reader', () => {
  const bytes = new Uint8Array(32)
  assert.throws(() => [...messages(viewOf(bytes))], /a message of 0 bytes in 32/)
})

test('a message that claims more than there is, up to the largest number', () => {
  for (const length of [33, 0x7fff_ffff, 0xffff_ffff]) {
    const bytes = new Uint8Array(32)
    viewOf(bytes).setUint32(0, length, littleEndian)
    assert.throws(() => [...messages(viewOf(bytes))], new RegExp(`a message of ${length} bytes in 32`))
  }
})

test('an attribute that claims less than its header, or more than the message', () => {
  for (const length of [0, 3, 9, 0xffff]) {
    const bytes = encodeAttributes([[1, u32(7)]])
    viewOf(bytes).setUint16(0, length, littleEndian)
    assert.throws(
      () => eachAttribute(viewOf(bytes), 0, bytes.length, () => undefined),
      /an attribute of \d+ bytes in 8/,
    )
  }
})

test('attributes that are said to end beyond the datagram', () => {
  assert.throws(
    () => eachAttribute(viewOf(new Uint8Array(8)), 0, 12, () => undefined),
    /they end at 12, the answer at 8/,
  )
})

test('an attribute need not be padded when it is the last', () => {
  const bytes = encodeAttributes([[3, zeroEnded('lo')]]).slice(0, 7)
  const texts: string[] = []
  const view = viewOf(bytes)
  eachAttribute(view, 0, bytes.length, (_, at, length) => texts.push(attributeText(view, at, length)))
  assert.equal(texts, ['lo'])
})

test('text ends at its zero, or at the end of the attribute', () => {
  const text = (bytes: number[]): string => attributeText(viewOf(Uint8Array.from(bytes)), 0, bytes.length)
  assert.is(text([0x61, 0x62, 0, 0x63]), 'ab')
  assert.is(text([0x61, 0x62]), 'ab')
  assert.is(text([]), '')
})

test('a number shorter than four bytes is refused', () => {
  assert.is(attributeU32(viewOf(u32(0xdead_beef)), 0, 4), 0xdead_beef)
  assert.throws(() => attributeU32(viewOf(u32(1)), 0, 2), /a number of 4 bytes, not of 2/)
})

test('nested attributes carry the flag that says so', () => {
  const bytes = encodeAttributes([[18, [[1, zeroEnded('veth')]]]])
  assert.is(viewOf(bytes).getUint16(2, littleEndian), 0x8000 | 18)
})

test.run()
