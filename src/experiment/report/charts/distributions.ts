import type { Chart, Series } from '../chart.ts'
import { anchorOf } from '../places.ts'
import type { Cell, LoadedTrial } from '../sections/scenario.ts'
import { distribution } from '../series/distribution.ts'
import { queuesOf } from './over-time.ts'

/** Distribution functions of the RTT and of the time in the queue, all blocks together. */
export function distributionCharts(cell: Cell): Chart[] {
  const rtt = cell.arms.map((arm, index) => seriesOf(cell.labels[index] ?? arm, index, cell.trials.flatMap((trial) => rttsOf(trial, arm))))
  const queue = queuesOf(cell).map(({ label, arm, from }) =>
    seriesOf(label, arm, from.flatMap(({ queue: { timeNs, delayNs } }) => delaysOf(timeNs, delayNs, cell.trafficEnd))),
  )
  const chart = (key: string, title: string, series: readonly Series[]): Chart => ({
    id: `${anchorOf(cell)}-${key}`,
    title,
    text: `Distribution function: ${title}`,
    x: { title: 'ms', ...endOf(series) },
    y: { title: 'share at most', from: 0, to: 1 },
    series: series.filter(({ x }) => x.length > 0),
  })
  return [chart('rtt-cdf', 'Round-trip times, distribution', rtt), chart('queue-cdf', 'Times in the queue, distribution', queue)].filter(({ series }) => series.length > 0)
}

/** Where the rare and large begin, the axis ends: it would have all else in one line. */
function endOf(series: readonly Series[]): { to?: number } {
  const at = (share: number): number => Math.max(...series.map(({ x }) => x[Math.round(share * (x.length - 1))] ?? 0))
  const end = 1.5 * at(0.99)
  return at(1) > end ? { to: end } : {}
}

/** ms, until the traffic's end: what comes after it says nothing of an algorithm. */
const delaysOf = (timeNs: Float64Array, delayNs: Float64Array, end: number): number[] =>
  Array.from(delayNs).flatMap((delay, row) => ((timeNs[row] ?? 0) < end ? [delay / 1e6] : []))

const seriesOf = (label: string, arm: number, values: readonly number[]): Series => ({ label, arm, ...distribution(values) })

function rttsOf({ samples, flows }: LoadedTrial, arm: string): number[] {
  const own = new Set(flows.flatMap((flow, index) => (flow.arm === arm ? [index] : [])))
  const found: number[] = []
  for (const [row, flow] of samples.flow.entries()) {
    const srtt = samples.srttUs[row] ?? 0
    if (srtt > 0 && own.has(flow)) found.push(srtt / 1e3)
  }
  return found
}
