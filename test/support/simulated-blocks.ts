/** Experiments that are made up, of which the truth is known. */
import { compareArms, type Comparison, type Estimator, type Metric, pairedDifference } from '../../src/experiment/index.ts'
import { bcaInterval, type Interval } from '../../src/experiment/statistics/bootstrap.ts'
import { countedEstimate } from '../../src/experiment/statistics/estimate.ts'
import { Random } from '../../src/link-model/index.ts'

/** How the differences of the blocks scatter. */
export interface Shape {
  draw: (random: Random) => number
  /** The true values of what is estimated. */
  truth: Record<Estimator, number>
}

const everywhere = (value: number): Record<Estimator, number> => ({ mean: value, median: value, 'hodges-lehmann': value })

/** Student's t, with heavy tails where the degrees of freedom are few. */
function student(random: Random, freedom: number): number {
  const squares = Array.from({ length: freedom }, () => random.normal() ** 2)
  return random.normal() / Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom)
}

export const shapes = {
  normal: { draw: (random) => random.normal(), truth: everywhere(0) },
  // The medians of the mean of two, where ∫ f(x) F(2m − x) dx is a half: by quad and brentq of SciPy 1.17.1.
  lognormal: { draw: (random) => Math.exp(random.normal()), truth: { mean: Math.exp(0.5), median: 1, 'hodges-lehmann': 1.221_583 } },
  skewed: { draw: (random) => Math.exp(random.normal() / 2), truth: { mean: Math.exp(0.125), median: 1, 'hodges-lehmann': 1.059_37 } },
  'heavy tails': { draw: (random) => student(random, 3), truth: everywhere(0) },
  'lognormal arms': { draw: (random) => Math.exp(random.normal()) - Math.exp(random.normal()), truth: everywhere(0) },
} satisfies Record<string, Shape>

export interface Simulation {
  blocks: number
  experiments: number
  /** Sets that each bootstrap draws: fewer than in earnest, for the sake of time. */
  resamples: number
}

type IntervalOf = (values: readonly number[], estimator: Estimator, drawing: { seed: number; resamples: number }) => Interval | undefined

const expanded: IntervalOf = (candidate, estimator, drawing) =>
  pairedDifference({ baseline: candidate.map(() => 0), candidate }, { ...drawing, level: 0.05, estimator }).interval

/** Efron's, as it is. */
export const plain: IntervalOf = (values, estimator, { seed, resamples }) =>
  bcaInterval(countedEstimate(estimator, values), values.length, { tail: 0.025, resamples, random: new Random(seed, 'plain') })

/** The share of experiments whose interval of 95 % covers the truth. */
export function coverage(
  { draw, truth }: Shape,
  estimator: Estimator,
  { blocks, experiments, resamples }: Simulation,
  intervalOf = expanded,
): number {
  const random = new Random(blocks, `coverage of the ${estimator}`)
  let covered = 0
  for (let seed = 0; seed < experiments; seed += 1) {
    const candidate = Array.from({ length: blocks }, () => draw(random))
    const interval = intervalOf(candidate, estimator, { seed, resamples })
    if (interval && interval.low <= truth[estimator] && truth[estimator] <= interval.high) covered += 1
  }
  return covered / experiments
}

const scatters: readonly ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => Math.exp(random.normal()) - Math.exp(random.normal()),
  (random) => student(random, 2),
  (random) => Math.round(random.normal() * 1.5),
]

/**
 * Eight metrics of both arms. A block has its own level, which the arms share; each run has its luck, which all metrics
 * share in part. They scatter in four ways: normally, skewed, with wild figures, and in few steps with many ties. The
 * candidate is better by `effect` deviations of a normal run in the first `differing` metrics.
 */
export function eightMetrics(random: Random, blocks: number, { effect = 0, differing = 0 } = {}): Metric[] {
  const metrics = Array.from({ length: 8 }, (_, index): Metric & { baseline: number[]; candidate: number[] } => ({
    name: `metric ${index + 1}`,
    better: index % 2 === 0 ? 'higher' : 'lower',
    scale: 'difference',
    baseline: [],
    candidate: [],
  }))
  for (let block = 0; block < blocks; block += 1) {
    const level = 20 + 5 * random.normal()
    const [baseline, candidate] = [random.normal(), random.normal()]
    for (const [index, metric] of metrics.entries()) {
      const scatter = scatters[index % scatters.length] ?? (() => 0)
      const better = index < differing ? (metric.better === 'higher' ? effect : -effect) : 0
      metric.baseline.push(level + Math.SQRT1_2 * baseline + Math.SQRT1_2 * scatter(random))
      metric.candidate.push(level + Math.SQRT1_2 * candidate + Math.SQRT1_2 * scatter(random) + better)
    }
  }
  return metrics
}

/** What is said of experiments with eight metrics: one list of comparisons each. */
export function* verdicts(
  { blocks, experiments, resamples }: Simulation,
  truth: { effect: number; differing: number } = { effect: 0, differing: 0 },
): Generator<Comparison[]> {
  const random = new Random(blocks, `verdicts ${truth.effect} ${truth.differing}`)
  for (let seed = 0; seed < experiments; seed += 1) {
    yield compareArms(eightMetrics(random, blocks, truth), { seed, resamples })
  }
}
