import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Memory } from '../../../src/loader/index.ts'
import { RingBufferSource } from '../../../src/streams/ring-buffer.ts'

const test = suite('ring buffer')

const pageSize = 4096
const size = 4096
const discardBit = 1 << 30
const busyBit = 1 << 31

/** The kernel's side of a ring buffer, whose data is seen twice in a row. */
class Ring {
  readonly reader = new Uint8Array(pageSize)
  readonly writer = new Uint8Array(pageSize + 2 * size)
  /** Those that were not written to their end, by their places. */
  readonly #busy = new Map<number, number>()
  #position = 0

  get target() {
    const memory = (bytes: Uint8Array<ArrayBuffer>): Memory => ({ bytes, address: 0n, [Symbol.dispose]: () => {} })
    return { pageSize, mapMemory: (_: unknown, { offset }: { offset: number }) => memory(offset === 0 ? this.reader : this.writer) }
  }

  /** False when there is no room. */
  write(value: number, length: number, flags = 0): boolean {
    const total = (8 + length + 7) & ~7
    const read = Number(new BigUint64Array(this.reader.buffer, 0, 1)[0])
    if (total > size - (this.#position - read)) return false
    const at = this.#position % size
    this.#set(at, length | flags)
    this.#set(at + 8, value)
    if ((flags & busyBit) !== 0) this.#busy.set(at, length)
    this.#position += total
    new BigUint64Array(this.writer.buffer, 0, 1)[0] = BigInt(this.#position)
    return true
  }

  finish(): void {
    for (const [at, length] of this.#busy) this.#set(at, length)
    this.#busy.clear()
  }

  #set(at: number, value: number): void {
    const view = new DataView(this.writer.buffer, pageSize)
    for (const place of [at % size, (at % size) + size]) view.setInt32(place, value, true)
  }
}

const record = fc.record({ length: fc.integer({ min: 4, max: 300 }), kind: fc.constantFrom('whole', 'whole', 'discarded', 'busy') })

test('every record is read once, in order, and none before it is written to its end', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: 20 })), fc.integer({ min: 1, max: 30 }), (rounds, limit) => {
      const ring = new Ring()
      const decoder = { decode: (view: DataView, at: number) => view.getInt32(at, true) }
      using source = new RingBufferSource(ring.target, { number: 0, [Symbol.dispose]: () => {} }, { what: 'ring', size, decoder, lost: () => 0 })
      const seen: number[] = []
      const expected: number[] = []
      let next = 0
      for (const records of rounds) {
        let firstBusy: number | undefined
        for (const { length, kind } of records) {
          const flags = kind === 'discarded' ? discardBit : kind === 'busy' ? busyBit : 0
          next += 1
          if (!ring.write(next, length, flags) || kind === 'discarded') continue
          if (kind === 'busy') firstBusy ??= next
          expected.push(next)
        }
        while (source.drain(limit, (value) => seen.push(value) > 0) > 0);
        assert.equal(seen, firstBusy === undefined ? expected : expected.filter((value) => value < (firstBusy ?? 0)))
        ring.finish()
        while (source.drain(limit, (value) => seen.push(value) > 0) > 0);
        assert.equal(seen, expected)
      }
    }),
  )
})

test.run()
