import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changesBetween } from '../../../src/monitor/algorithms/changes.ts'
import type { StructOpsEntry } from '../../../src/structops/index.ts'

const test = suite('what happened between two looks')

const entry = (facts: Partial<StructOpsEntry>): StructOpsEntry => ({
  mapId: 1,
  map: 'dctcp',
  struct: 'tcp_congestion_ops',
  name: 'bpf_dctcp',
  state: 'inuse',
  registered: true,
  refcnt: 1,
  links: [],
  byLink: false,
  members: [],
  ...facts,
})
const told = (before: StructOpsEntry[], after: StructOpsEntry[]): string[] =>
  changesBetween(before, after, '').map(({ mapId, kind }) => `${mapId} ${kind}`)

test('an algorithm is registered, gets sockets, is unregistered, loses them, is gone', () => {
  assert.equal(told([], [entry({})]), ['1 registered'])
  assert.equal(told([entry({})], [entry({})]), [])
  assert.equal(told([entry({})], [entry({ refcnt: 4 })]), ['1 refcnt'])
  const left = entry({ state: 'tobefree', registered: false, refcnt: 3 })
  assert.equal(told([entry({ refcnt: 4 })], [left]), ['1 unregistered', '1 state', '1 refcnt'])
  assert.equal(told([left], []), ['1 state'])
})

test('a link takes a new map: that is a swap, and the old one is registered no longer', () => {
  const byLink = { byLink: true, state: 'ready' } as const
  const before = [entry({ ...byLink, links: [7] })]
  const after = [entry({ ...byLink, registered: false }), entry({ ...byLink, mapId: 2, links: [7] })]
  assert.equal(told(before, after), ['1 unregistered', '2 swapped'])
})

test('a map that nothing registers yet is told as made', () => {
  assert.equal(told([], [entry({ state: 'ready', byLink: true, registered: false })]), ['1 state'])
})

test.run()
