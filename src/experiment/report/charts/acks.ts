import type { Chart } from '../chart.ts'
import { anchorOf } from '../places.ts'
import type { Cell, LoadedTrial } from '../sections/scenario.ts'
import { extremes } from '../series/extremes.ts'

/** The window of one connection of each arm in the first block, as each ACK found it; nothing where none were asked for. */
export function ackChart(cell: Cell): Chart[] {
  const series = cell.arms.flatMap((arm, index) => {
    const curves = cell.trials.filter(({ trial }) => trial.arm === undefined || trial.arm === arm).map((trial) => windowOf(trial, arm))
    const curve = curves.find(({ x }) => x.length > 0)
    return curve === undefined ? [] : [{ label: cell.labels[index] ?? arm, arm: index, ...curve }]
  })
  if (series.length === 0) return []
  const title = 'Congestion window of one connection at each ACK, packets'
  const text = 'Over time, for one connection of each arm in one block: the congestion window whenever an ACK came'
  return [{ id: `${anchorOf(cell)}-acks`, title, text, x: { title: 'seconds', from: 0 }, y: { title: 'packets', from: 0 }, series }]
}

/** Of the arm's connection that had the most ACKs. */
function windowOf({ flows, acks }: LoadedTrial, arm: string): { x: number[]; y: number[] } {
  if (acks === undefined) return { x: [], y: [] }
  const { flow, timeNs, cwnd } = acks.columns
  const byFlow = Map.groupBy(flow.keys(), (row) => flow[row] ?? 0)
  const own = [...byFlow].filter(([index]) => flows[index]?.arm === arm).map(([, rows]) => rows)
  const rows = own.reduce((most, one) => (one.length > most.length ? one : most), [])
  return extremes(rows.map((row) => (timeNs[row] ?? 0) / 1e9), rows.map((row) => cwnd[row] ?? 0))
}
