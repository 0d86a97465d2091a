import type { Chart } from '../chart.ts'
import { anchorOf } from '../places.ts'
import type { Cell } from '../sections/scenario.ts'
import { flowRates, ranked, thinned } from '../series/flow-rates.ts'

/** Of more connections the spread is an area. */
const mostWhiskers = 16

/** What each long connection got, by rank: a flat line is a fair one. */
export function fairnessChart(cell: Cell): Chart[] {
  const series = cell.arms.flatMap((arm, index) => {
    const blocks = cell.trials.map(({ flows, samples }) =>
      flowRates(
        flows.filter((flow) => flow.arm === arm),
        samples.timeNs.at(-1) ?? 0,
      ).map((rate) => rate / 1e6),
    )
    const ranks = ranked(blocks.filter(({ length }) => length > 0))
    if (ranks.x.length === 0) return []
    const look = ranks.x.length > mostWhiskers ? 'points' : 'whiskers'
    // Arms side by side: whiskers on top of each other could not be told apart.
    const beside = look === 'points' ? 0 : (index - (cell.arms.length - 1) / 2) * 0.1
    const { x, ...rest } = thinned(ranks)
    return [{ label: cell.labels[index] ?? arm, arm: index, x: x.map((rank) => rank + beside), ...rest, look } as const]
  })
  const most = Math.max(0, ...series.map(({ x }) => Math.round(x.at(-1) ?? 0)))
  // One connection is fair to itself.
  if (most * series.length < 2) return []
  return [
    {
      id: `${anchorOf(cell)}-flows`,
      title: 'Rate of each long connection, Mbit/s',
      text: 'The rates of long connections, the fastest first, for each arm',
      x: { title: 'connection, the fastest first', isWhole: true, from: 0.5, to: most + 0.5 },
      y: { title: 'Mbit/s', from: 0 },
      series,
    },
  ]
}
