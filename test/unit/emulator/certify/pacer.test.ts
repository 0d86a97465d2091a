import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countOf, pacerOf } from '../../../../src/emulator/certify/probes/pacer.ts'

const test = suite('when probes are sent')

test('at the times of a table, and all that are overdue', () => {
  const schedule = { kind: 'times', at: Float64Array.of(10, 20, 40) } as const
  const pacer = pacerOf(schedule, 1000)
  assert.is(countOf(schedule), 3)
  assert.equal([1009, 1010, 1039, 1040, 5000].map((now) => pacer.due(0, now)), [0, 1, 2, 3, 3])
  assert.equal([0, 1, 2, 3].map((sent) => pacer.next(sent)), [1010, 1020, 1040, Infinity])
})

test('evenly, the first ones at once', () => {
  const pacer = pacerOf({ kind: 'paced', count: 10, perSecond: 1e6, first: 3, burst: 100 }, 0)
  assert.is(pacer.due(0, 0), 3)
  assert.is(pacer.next(3), 1000)
  assert.equal([999, 1000, 2500, 1e9].map((now) => pacer.due(3, now)), [0, 1, 2, 7])
})

test('who comes late sends a burst and is late from then on', () => {
  const pacer = pacerOf({ kind: 'paced', count: 1000, perSecond: 1e6, first: 1, burst: 4 }, 0)
  assert.is(pacer.due(1, 100_000), 4)
  assert.is(pacer.due(5, 100_000), 0)
  assert.is(pacer.next(5), 101_000)
})

test.run()
