import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { socketsOf } from '../../../src/monitor/algorithms/views.ts'

const test = suite('sockets of an algorithm')

test('they are counted by name for TCP alone, and never for a map that has none', () => {
  const counts = new Map([
    ['reno', 4],
    // In TIME_WAIT, or half open.
    ['', 9],
  ])
  const of = (struct: string, name: string | null): number => socketsOf({ struct, name }, counts)
  assert.is(of('tcp_congestion_ops', 'reno'), 4)
  assert.is(of('tcp_congestion_ops', 'cubic'), 0)
  assert.is(of('tcp_congestion_ops', null), 0)
  assert.is(of('Qdisc_ops', 'reno'), 0)
})

test.run()
