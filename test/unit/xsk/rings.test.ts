import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { CompletionRing, FillRing, RxRing, TxRing } from '../../../src/xsk/index.ts'

const test = suite('rings')

const offsets = { producer: 0, consumer: 64, flags: 128, descriptors: 192 }

/** Memory as the kernel would map it, with the kernel's side of the ring: its indices, wherever they have come to. */
function ringMemory(size: number, entrySize: number, start = 0) {
  const bytes = new Uint8Array(offsets.descriptors + size * entrySize)
  const indices = new Uint32Array(bytes.buffer, 0, 33)
  indices[0] = start
  indices[16] = start
  const view = new DataView(bytes.buffer, offsets.descriptors)
  const at = (index: number): number => ((index >>> 0) % size) * entrySize
  return { memory: { bytes, offsets, size }, indices, view, at }
}

/** Indices near where 31 and 32 bits end, and elsewhere. */
const starts = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: -40, max: 40 }).map((near) => (0x8000_0000 + near) >>> 0), fc.integer({ min: -40, max: -1 }).map((near) => near >>> 0))

test('what is submitted is what the kernel finds, wherever the indices are', () => {
  const step = fc.record({ reserve: fc.integer({ min: 0, max: 12 }), submit: fc.integer({ min: 0, max: 12 }), take: fc.integer({ min: 0, max: 12 }) })
  fc.assert(
    fc.property(starts, fc.array(step, { maxLength: 60 }), (start, steps) => {
      const { memory, indices, view, at } = ringMemory(8, 16, start)
      const tx = new TxRing(memory)
      const written: number[] = []
      const found: number[] = []
      let [reserved, submitted, next] = [0, 0, 0]
      for (const { reserve, submit, take } of steps) {
        const free = 8 - (reserved - found.length)
        assert.is(tx.reserve(reserve), reserve <= free ? reserve : 0)
        if (reserve <= free) {
          for (let k = 0; k < reserve; k += 1) {
            tx.set(reserved - submitted + k, 0xffff_ff00 + next * 64, next, next % 3)
            written.push(next)
            next += 1
          }
          reserved += reserve
        }
        const count = Math.min(submit, reserved - submitted)
        tx.submit(count)
        submitted += count
        assert.is(tx.pending, reserved - submitted)
        assert.is(indices[0], (start + submitted) >>> 0)
        for (let taken = 0; taken < take && found.length < submitted; taken += 1) {
          const entry = at(start + found.length)
          const number = view.getUint32(entry + 8, true)
          assert.is(view.getBigUint64(entry, true), BigInt(0xffff_ff00 + number * 64))
          assert.is(view.getUint32(entry + 12, true), number % 3)
          found.push(number)
        }
        indices[16] = start + found.length
      }
      assert.equal(found, written.slice(0, found.length))
    }),
  )
})

test('what the kernel produces is peeked at, canceled and released in order', () => {
  const step = fc.record({ put: fc.integer({ min: 0, max: 12 }), peek: fc.integer({ min: 0, max: 12 }), cancel: fc.integer({ min: 0, max: 4 }), release: fc.integer({ min: 0, max: 12 }) })
  fc.assert(
    fc.property(starts, fc.array(step, { maxLength: 60 }), (start, steps) => {
      const { memory, indices, view, at } = ringMemory(8, 16, start)
      const rx = new RxRing(memory)
      let [put, peeked, released] = [0, 0, 0]
      for (const { put: more, peek, cancel, release } of steps) {
        for (let count = 0; count < more && put - released < 8; count += 1) {
          const entry = at(start + put)
          view.setBigUint64(entry, BigInt(put * 4096 + 256), true)
          view.setUint32(entry + 8, put, true)
          view.setUint32(entry + 12, put % 2, true)
          put += 1
        }
        indices[0] = start + put
        const taken = rx.peek(peek)
        // It may know of fewer, but of some if there are any.
        assert.ok(taken <= Math.min(peek, put - peeked) && (taken > 0 || peek === 0 || put === peeked))
        peeked += taken
        const canceled = Math.min(cancel, peeked - released)
        rx.cancel(canceled)
        peeked -= canceled
        for (let k = 0; k < peeked - released; k += 1) {
          const number = released + k
          assert.equal([rx.address(k), rx.length(k), rx.options(k)], [number * 4096 + 256, number, number % 2])
        }
        const count = Math.min(release, peeked - released)
        rx.release(count)
        released += count
        assert.is(indices[16], (start + released) >>> 0)
        assert.is(rx.pending, peeked - released)
      }
    }),
  )
})

test('addresses of unaligned umems are a base and an offset', () => {
  const { memory, indices, view } = ringMemory(4, 16)
  const rx = new RxRing(memory)
  view.setBigUint64(0, (0x1100n << 48n) | 0x1_2345_6000n, true)
  indices[0] = 1
  assert.is(rx.peek(9), 1)
  assert.equal([rx.base(0), rx.offset(0), rx.address(0)], [0x1_2345_6000, 0x1100, 0x1_2345_7100])
})

test('addresses beyond 4 GiB go both ways', () => {
  const filling = ringMemory(4, 8)
  const fill = new FillRing(filling.memory)
  for (const address of [0, 0xffff_f000, 0x1_0000_0000, 0x7f_ffff_f800]) assert.ok(fill.push(address))
  assert.is(fill.push(1), false)
  fill.submit()
  const { memory, indices } = ringMemory(4, 8)
  memory.bytes.set(filling.memory.bytes.subarray(offsets.descriptors), offsets.descriptors)
  indices[0] = 4
  const completion = new CompletionRing(memory)
  assert.is(completion.peek(4), 4)
  assert.equal([0, 1, 2, 3].map((k) => completion.address(k)), [0, 0xffff_f000, 0x1_0000_0000, 0x7f_ffff_f800])
})

test('the shared words are looked at once a batch', () => {
  const { memory, indices } = ringMemory(8, 16)
  const tx = new TxRing(memory)
  assert.is(tx.reserve(3), 3)
  // Known to be free: nobody looks at what the kernel says meanwhile.
  indices[16] = 100
  assert.is(tx.free(5), 5)
  assert.is(tx.reserve(5), 5)
  const other = ringMemory(8, 16)
  const rx = new RxRing(other.memory)
  other.indices[0] = 3
  assert.is(rx.peek(1), 1)
  other.indices[0] = 5
  assert.is(rx.available(), 2)
})

test('a ring wants to be woken when the kernel says so', () => {
  const { memory, indices } = ringMemory(8, 8)
  const fill = new FillRing(memory)
  assert.is(fill.needsWakeup, false)
  indices[32] = 1
  assert.is(fill.needsWakeup, true)
})

test('wrong counts and entries are refused, and so is a ring that is closed', () => {
  const { memory, indices } = ringMemory(8, 16)
  const tx = new TxRing(memory)
  const rx = new RxRing(ringMemory(8, 16).memory)
  tx.reserve(2)
  const wrong: (() => unknown)[] = [
    ...[-1, 1.5, Number.NaN, 2 ** 32].flatMap((count) => [() => tx.reserve(count), () => tx.submit(count), () => rx.peek(count), () => rx.release(count), () => rx.cancel(count)]),
    ...[2, -1, 2 ** 31].map((k) => () => tx.set(k, 0, 0)),
    () => tx.submit(3),
    () => rx.release(1),
    () => rx.cancel(1),
    () => rx.address(0),
  ]
  for (const use of wrong) assert.throws(use, (error: unknown) => error instanceof UsageError && /the [rt]x ring/.test(error.message), String(use))
  assert.is(indices[0], 0)
  tx.close()
  rx.close()
  const uses = [() => tx.reserve(1), () => tx.push(0, 0), () => tx.set(0, 0, 0), () => tx.submit(), () => tx.free(), () => tx.needsWakeup, () => rx.peek(1), () => rx.available(), () => rx.length(0), () => rx.release()]
  for (const use of uses) assert.throws(use, (error: unknown) => error instanceof UsageError && error.message.includes('used after its socket was closed'), String(use))
})

test.run()
