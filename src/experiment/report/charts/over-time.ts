import type { Chart, Series } from '../chart.ts'
import { anchorOf } from '../places.ts'
import type { Cell, LoadedTrial } from '../sections/scenario.ts'
import { acrossBlocks, bucketsFor, type OverTime, queueOverTime, samplesOverTime } from '../series/over-time.ts'

const measures = [
  { key: 'cwnd', title: 'Congestion window', unit: 'packets', text: 'the mean congestion window of connections' },
  { key: 'rtt', title: 'Round-trip time', unit: 'ms', text: 'the smoothed round-trip time' },
  { key: 'rate', title: 'Acknowledged rate', unit: 'Mbit/s', text: 'the rate of all connections' },
] as const

/** cwnd, RTT, rate and the queue over time: the middle of the blocks, from their lowest to their highest. */
export function overTimeCharts(cell: Cell): Chart[] {
  const { arms, labels, trials } = cell
  const buckets = bucketsFor(trials)
  const seconds = Array.from({ length: buckets.count }, (_, index) => ((index + 0.5) * buckets.width) / 1e9)
  const x = { title: 'seconds', from: 0, to: (buckets.count * buckets.width) / 1e9 }
  const found = arms.map((arm) => trialsOf(trials, arm).map((trial) => samplesOverTime(trial, arm, buckets)))
  const charts = measures.map(({ key, title, unit, text }): Chart => ({
    id: `${anchorOf(cell)}-${key}`,
    title: `${title}, ${unit}`,
    text: `Over time, for each arm: ${text}`,
    x,
    y: { title: unit, from: 0 },
    series: arms.flatMap((arm, index) => seriesOf(labels[index] ?? arm, index, seconds, (found[index] ?? []).map((trial) => inUnit(trial, key)))),
  }))
  const queues = queuesOf(cell).flatMap(({ label, arm, from }) => seriesOf(label, arm, seconds, from.map((trial) => queueOverTime(trial, buckets))))
  const queue: Chart = {
    id: `${anchorOf(cell)}-queue`,
    title: 'Time in the bottleneck’s queue, ms',
    text: 'Over time: how long packets waited in the queue of the bottleneck',
    x,
    y: { title: 'ms', from: 0 },
    series: queues,
  }
  return [...charts, queue].filter(({ series }) => series.length > 0)
}

const inUnit = (trial: OverTime, key: keyof OverTime): Float64Array => (key === 'rate' ? trial.rate.map((value) => value / 1e6) : trial[key])

function seriesOf(label: string, arm: number, x: readonly number[], blocks: readonly Float64Array[]): Series[] {
  const spread = acrossBlocks(blocks)
  return spread.y.some((value) => Number.isFinite(value)) ? [{ label, arm, x, ...spread }] : []
}

/** An arm's own trials, or the mixed ones, in which each arm is. */
const trialsOf = (trials: readonly LoadedTrial[], arm: string): LoadedTrial[] => trials.filter(({ trial }) => trial.arm === undefined || trial.arm === arm)

/** Whose queue it is: that of the arm alone, or that of all. */
export function queuesOf({ arms, labels, trials, design }: Cell): { label: string; arm: number; from: LoadedTrial[] }[] {
  if (design === 'mixed') return [{ label: 'all arms', arm: -1, from: [...trials] }]
  return arms.map((arm, index) => ({ label: labels[index] ?? arm, arm: index, from: trialsOf(trials, arm) }))
}
