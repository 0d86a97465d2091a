import type { Verdict } from '../../../src/experiment/index.ts'
import { Proof, table } from '../support/proof.ts'

/** What an experiment has found of a metric. */
export interface KnownDifference {
  /** The experiment: the candidate, the baseline, and where. */
  what: string
  metric: string
  /** Blocks, and trials that were disturbed and run again. */
  blocks: number
  disturbed: number
  verdict: Verdict | undefined
  /** The candidate's figure as a multiple of the baseline's, and its interval of 95 %. */
  ratio: number
  low: number
  high: number
  /** In what range the whole interval has to be. */
  from: number
  to: number
  /** Of the metric: what the two arms have. */
  baseline: number
  candidate: number
}

export interface KnownDifferenceFigures {
  differences: KnownDifference[]
}

const times = (value: number): string => `${Number(value.toPrecision(3))}×`
const range = (low: number, high: number): string => `${times(low)} to ${times(high)}`

export const knownDifferences = new Proof<KnownDifferenceFigures>({
  name: 'known-differences',
  title: 'Differences that are known',
  how: `Arms of which everybody knows how they differ, 8 blocks each. DCTCP and CUBIC, two flows over 5 Mbit/s and 40 ms with a queue of 160 ms that
marks above 10 packets: DCTCP keeps it at the step, and both fill the link. BBR and CUBIC over 15 Mbit/s and 40 ms, where one packet of a
hundred is lost by chance: CUBIC takes each for congestion. And Reno against itself with half its growth, half a packet a round trip,
where every 200th packet is lost: the window is √(½ · 3/2 / p), so √½ = 0.707 of the other, and so is the rate but
for slow start and the descent from it, which are no smaller: it may be 0.85 of it.`,
  found: ({ differences }) =>
    table([
      ['experiment', 'metric', 'verdict', 'B / A', 'interval of 95 %', 'has to be', 'blocks (run again)'],
      ...differences.map(({ what, metric, verdict, ratio, low, high, from, to, blocks, disturbed }) => [
        what, `\`${metric}\``, verdict ?? 'none', times(ratio), range(low, high), range(from, to), `${blocks} (${disturbed})`,
      ]),
    ]),
})
