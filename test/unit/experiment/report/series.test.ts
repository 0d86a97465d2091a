import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FlowRecord, SampleColumns } from '../../../../src/experiment/index.ts'
import { figure, multiple, range, signed } from '../../../../src/experiment/report/format.ts'
import { completions } from '../../../../src/experiment/report/series/completion.ts'
import { distribution } from '../../../../src/experiment/report/series/distribution.ts'
import { extremes } from '../../../../src/experiment/report/series/extremes.ts'
import { flowRates, ranked, thinned } from '../../../../src/experiment/report/series/flow-rates.ts'
import { acrossBlocks, samplesOverTime } from '../../../../src/experiment/report/series/over-time.ts'
import { samplesOf } from '../../../../src/experiment/trial.ts'
import { madeUpExperiment, madeUpResult } from '../../../support/made-up-experiment.ts'

const test = suite('what the charts of a report show')

const [trial] = madeUpExperiment().trials
const [example] = trial === undefined ? [] : madeUpResult(trial).flows
if (example === undefined) throw new Error('no flow was made up')
const flow = (facts: Partial<FlowRecord>): FlowRecord => ({ ...example, startNs: 0, arm: 'A', ...facts })

function samples(rows: { at: number; flow: number; cwnd?: number; srtt?: number; bytes?: number }[]): SampleColumns {
  const columns = samplesOf(rows.length)
  for (const [row, { at, flow: index, cwnd = 10, srtt = 1000, bytes = 0 }] of rows.entries()) {
    columns.timeNs[row] = at
    columns.flow[row] = index
    columns.cwnd[row] = cwnd
    columns.srttUs[row] = srtt
    columns.bytesAcked[row] = bytes
  }
  return columns
}

test('acknowledged bytes are spread over the time in which they came, and none is lost', () => {
  const buckets = { count: 4, width: 1e9 }
  const rows = samples([{ at: 0.5e9, flow: 0, bytes: 500 }, { at: 2.5e9, flow: 0, bytes: 2500 }, { at: 3.5e9, flow: 1, bytes: 350 }])
  const { rate } = samplesOverTime({ samples: rows, flows: [flow({}), flow({})] }, 'A', buckets)
  // 1000 bytes/s of the first until 2.5 s, 100 bytes/s of the second.
  assert.equal([...rate].map((value) => value / 8), [1100, 1100, 600, 50])
})

test('windows and times are means of the arm; what comes later than the last bucket is left out', () => {
  const rows = samples([{ at: 0, flow: 0, cwnd: 10, srtt: 0 }, { at: 1, flow: 1, cwnd: 20 }, { at: 2, flow: 2, cwnd: 99 }, { at: 5e9, flow: 0, cwnd: 99 }])
  const found = samplesOverTime({ samples: rows, flows: [flow({}), flow({}), flow({ arm: 'B' })] }, 'A', { count: 2, width: 1e9 })
  assert.equal([...found.cwnd], [15, Number.NaN])
  // An srtt of 0 is none.
  assert.equal([...found.rtt], [1, Number.NaN])
})

test('across blocks: the middle, the lowest, the highest, and nothing where nothing is', () => {
  const blocks = [[1, Number.NaN, 5], [2, Number.NaN, Number.NaN], [9, Number.NaN, 7]].map((values) => Float64Array.from(values))
  assert.equal(acrossBlocks(blocks), { y: [2, Number.NaN, 6], low: [1, Number.NaN, 5], high: [9, Number.NaN, 7] })
})

test('a distribution goes from the smallest to the largest', () => {
  const { x, y } = distribution([3, 1, 2])
  assert.equal([x[0], x[50], x[100]], [1, 2, 3])
  assert.equal([y[0], y[100]], [0, 1])
  assert.equal(distribution([]), { x: [], y: [] })
})

test('completion times are from when a flow began; those that failed are counted and not timed', () => {
  const flows = [
    flow({ asked: 10_000, plannedNs: 0, startNs: 1e6, endNs: 11e6 }),
    flow({ asked: 10_001, plannedNs: 0, endNs: 20e6 }),
    flow({ asked: 20_000, endNs: null }),
    flow({ asked: 30_000, endNs: 1e6, error: 'ECONNRESET' }),
    flow({ asked: null, endNs: 1e9 }),
  ]
  const found = completions(flows)
  assert.equal(found.map(({ finished, unfinished, p50 }) => [finished, unfinished, p50]), [[1, 0, 10e6], [1, 2, 20e6]])
})

test('a connection that sends several times has one rate, and ranks are compared across blocks', () => {
  const flows = [
    flow({ flow: 1, asked: null, startNs: 0, endNs: 1e9, bytes: 100 }),
    flow({ flow: 1, asked: null, startNs: 1e9, endNs: 2e9, bytes: 300 }),
    flow({ flow: 2, asked: null, startNs: 0, endNs: null, bytes: 900 }),
    flow({ flow: 3, asked: 5, endNs: 1 }),
  ]
  assert.equal(flowRates(flows, 3e9), [2400, 1600])
  assert.equal(ranked([[4, 1], [6, 3], [5]]), { x: [1, 2], y: [5, 2], low: [4, 1], high: [6, 3] })
  const many = Array.from({ length: 5000 }, (_, rank) => rank)
  const { x, y } = thinned({ x: many, y: many, low: many, high: many })
  assert.equal([x.length, x[0], x.at(-1), y.at(-1)], [201, 0, 4999, 4999])
})

test('figures are written as people write them', () => {
  assert.is(figure(11.75e6, 'bytes/s'), '94 Mbit/s')
  assert.is(figure(12_345_678, 'ns'), '12.3 ms')
  assert.is(figure(0.0123, 'share'), '1.23 %')
  assert.is(figure(-1234.4, ''), '−1\u202f234')
  assert.is(figure(Number.NaN, 'ns'), '–')
  assert.is(signed(-0.0115, 'share'), '−1.15 pp')
  assert.is(multiple(0.0049), '0.0049×')
  assert.is(range('0.97×', '1.05×'), '0.97 to 1.05×')
  assert.is(range('−42.5 packets', '−39 packets'), '−42.5 to −39 packets')
  assert.is(range('900 µs', '1.2 ms'), '900 µs to 1.2 ms')
})

test('of a curve with very many points the peaks and troughs stay, in order', () => {
  const x = Array.from({ length: 10_000 }, (_, row) => row / 100)
  // A saw-tooth of 37 points, with one deep drop.
  const y = x.map((_, row) => (row === 5003 ? 1 : 100 + (row % 37)))
  const found = extremes(x, y)
  assert.ok(found.x.length <= 1004 && found.x.length === found.y.length)
  assert.equal(found.x, found.x.toSorted((a, b) => a - b))
  assert.equal([Math.min(...found.y), Math.max(...found.y), found.x[0], found.x.at(-1)], [1, 136, 0, 99.99])
  assert.equal(extremes([1, 2, 3], [5, 6, 5]), { x: [1, 2, 3], y: [5, 6, 5] })
  assert.equal(extremes([], []), { x: [], y: [] })
})

test.run()
