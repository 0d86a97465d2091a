import type { Design } from '../../../src/experiment/index.ts'
import { mostByChance } from '../support/chance.ts'
import { Proof, table } from '../support/proof.ts'

/** What was said of a metric in all experiments of a design. */
export interface AlikeMetric {
  metric: string
  /** Experiments in which it was compared. */
  experiments: number
  better: number
  worse: number
  /** Experiments whose p is at most 0.05, looking at this metric alone. */
  striking: number
  /** Experiments whose interval of 95 % leaves "no difference" out. */
  missed: number
  /** Blocks in which the candidate had the higher figure, and the lower. */
  higherIn: number
  lowerIn: number
  /** Blocks in which the arm that was run second had the higher figure, and the lower. */
  secondHigherIn: number
  secondLowerIn: number
}

/** Experiments of one design. */
export interface AlikeDesign {
  design: Design
  blocks: number
  experiments: number
  /** Experiments with any "better" or "worse". */
  decided: number
  /** Trials that were run, and those that were disturbed and run again. */
  trials: number
  disturbed: number
  seconds: number
  metrics: AlikeMetric[]
}

export interface AlikeFigures {
  designs: AlikeDesign[]
}

/** The chance of p at or below 5 % where p is a multiple of the two patterns that are the most uneven. */
export function nominalRate(blocks: number): number {
  const step = 2 ** (1 - blocks)
  return Math.floor(0.05 / step) * step
}

/** Shares of an interval that leaves the truth out: 5 % is meant, and 8 % come with 6 blocks and skewed scatter, as simulated. */
export const missedRate = 0.08

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`

const designRow = ({ design, blocks, experiments, decided, trials, disturbed, seconds }: AlikeDesign): (string | number)[] => [
  design, experiments, blocks, `${trials} (${disturbed})`, `${Math.round(seconds / 60)} min`, decided, (experiments * nominalRate(blocks)).toFixed(1), mostByChance(experiments, nominalRate(blocks), 0.01),
]

const metricRow = ({ metric, experiments, better, worse, striking, missed, higherIn, lowerIn, secondHigherIn, secondLowerIn }: AlikeMetric): (string | number)[] => [
  `\`${metric}\``, better, worse, striking, `${missed} of ${experiments}`, `${higherIn} : ${lowerIn}`, secondHigherIn + secondLowerIn === 0 ? '–' : `${secondHigherIn} : ${secondLowerIn}`,
]

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

/** The same algorithm as both arms. */
export const alike = new Proof<AlikeFigures>({
  name: 'aa',
  title: 'Arms that do not differ',
  how: `Experiments with the same algorithm, \`bpf_cubic\`, as both arms: registered twice, under two names, anew for each experiment. Two
long flows and short ones of 20 kB share 20 Mbit/s with an RTT of 20 ms and a queue of one bandwidth-delay product for one second.
Whatever is called "better" or "worse" is a mistake. With 6 blocks an experiment makes one by any of its metrics with a chance of
${percent(nominalRate(6))} at most: what is meant is 5 %, and no other p below it exists. By "most" is meant how many would be no wonder, with 99 %.`,
  found: ({ designs }) => {
    const measured = designs.flatMap(({ metrics }) => metrics)
    const [first] = designs
    const [missed, compared] = [sum(measured.map((one) => one.missed)), sum(measured.map(({ experiments }) => experiments))]
    return [
      table([['design', 'experiments', 'blocks', 'trials (run again)', 'time', 'better or worse', 'nominal', 'most'], ...designs.map(designRow)]),
      `Metric by metric where each arm is alone. "p alone" counts experiments with p ≤ 5 % had nobody looked at other metrics,
of which ${percent(nominalRate(first?.blocks ?? 6))} are nominal; "missed" those whose 95 % interval leaves out that there is no difference. The last two columns
count blocks: in which B's figure was higher than A's, and lower; and the same of the arm that came second, where a drift or
an order would show first.`,
      table([['metric', 'better', 'worse', 'p alone', 'missed', 'B higher : lower', 'second higher : lower'], ...(first?.metrics ?? []).map(metricRow)]),
      `Of all intervals of both designs ${percent(missed / compared)} miss, against 5 % that are meant; with 6 blocks
[simulations](statistics.md#measured) say 5.6 % to 7.9 %, as the scatter is.`,
    ].join('\n\n')
  },
})
