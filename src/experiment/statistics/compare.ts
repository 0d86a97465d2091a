import { UsageError } from '../../errors/index.ts'
import { Random } from '../../link-model/index.ts'
import type { Interval } from './bootstrap.ts'
import { cliffsDelta } from './effect.ts'
import { type FurtherBlocks, furtherBlocks } from './further-blocks.ts'
import { type Metric, onScale, type Scale, type Scaled } from './metric.ts'
import { differences, type Estimated, fewestBlocks, type IntervalOptions, pairedDifference, pairedRatio } from './paired.ts'
import { type FlipTest, signFlipTests } from './sign-flips.ts'

/** Of the candidate against the baseline. */
export type Verdict = 'better' | 'worse' | 'inconclusive'

export interface Comparison {
  name: string
  blocks: number
  /** The one on which it was judged. */
  scale: Scale
  /** Candidate less baseline. */
  difference: Estimated
  /** Candidate over baseline; missing where a figure is not above 0. */
  ratio: Estimated | undefined
  /** How much more often a figure of the candidate is above one of the baseline, of any block, than below: -1 to 1. */
  cliffsDelta: number
  /** In how many blocks the candidate's figure was higher, and lower. */
  higherIn: number
  lowerIn: number
  /** Two-sided, of the flips of signs. Not adjusted for a metric that is not judged. */
  test: FlipTest
  /** Missing for a metric without a good direction. */
  verdict: Verdict | undefined
  /** Whether the whole interval lies within the margin. Missing without one of the two. */
  isNegligible: boolean | undefined
  /** Blocks that would settle what is inconclusive: a difference of the margin or, without one, of the estimate. */
  further: FurtherBlocks | undefined
}

export interface CompareOptions extends Omit<IntervalOptions, 'level'> {
  /** The chance of any "better" or "worse" where the arms do not differ, of all metrics and looks. */
  level?: number
  /** How often the blocks are compared as they come in, decided before the first look. The level is parted among them. */
  looks?: number
}

/**
 * Compares a candidate with a baseline in all metrics of the same blocks. It is better or worse where the adjusted p is
 * at most the level and the interval, which is that of this metric alone, leaves no difference out.
 *
 * @throws {UsageError} where the metrics are not of the same blocks, and where a figure is missing or is none
 */
export function compareArms(metrics: readonly Metric[], options: CompareOptions): Comparison[] {
  const { level = 0.05, looks = 1, ...bootstrap } = options
  const scaled = metrics.map((metric) => ({ metric, ...onScale(metric) }))
  const [first] = scaled
  const odd = scaled.find(({ values }) => values.length !== first?.values.length)
  if (odd !== undefined) throw new UsageError(`${odd.metric.name} is of ${odd.values.length} blocks, and other metrics are not`)
  const tests = testsOf(scaled, options.seed)
  const family = metrics.filter(isJudged).length
  return scaled.map((one, index) => {
    const test = tests[index] ?? { p: 1, adjusted: 1 }
    return compare(one, test, { ...bootstrap, level: level / looks, family })
  })
}

const isJudged = ({ better }: Metric): boolean => better !== undefined

type ScaledMetric = Scaled & { metric: Metric }

/** The judged metrics are a family; each other one is by itself. */
function testsOf(scaled: readonly ScaledMetric[], seed: number): FlipTest[] {
  const test = (some: readonly ScaledMetric[]) => signFlipTests(some.map(({ values }) => values), new Random(seed, 'sign flips'))
  const family = test(scaled.filter(({ metric }) => isJudged(metric)))[Symbol.iterator]()
  return scaled.flatMap((one) => (isJudged(one.metric) ? (family.next().value ?? []) : test([one])))
}

interface Terms extends IntervalOptions {
  /** How many metrics are judged. */
  family: number
}

function compare({ metric, scale, values, margin }: ScaledMetric, test: FlipTest, { family, ...options }: Terms): Comparison {
  const difference = pairedDifference(metric, options)
  const ratio = pairedRatio(metric, options)
  const judged = scale === 'ratio' && ratio ? logarithms(ratio) : difference
  const signs = differences(metric).map(Math.sign)
  const verdict = metric.better && verdictOf(metric.better, test.adjusted <= options.level ? judged.interval : undefined)
  return {
    name: metric.name,
    blocks: values.length,
    scale,
    difference,
    ratio,
    cliffsDelta: cliffsDelta(metric.candidate, metric.baseline),
    higherIn: signs.filter((sign) => sign > 0).length,
    lowerIn: signs.filter((sign) => sign < 0).length,
    test,
    verdict,
    isNegligible: margin === undefined ? undefined : judged.interval && isWithin(judged.interval, margin),
    further: verdict === 'inconclusive' ? settling(values, margin ?? judged.estimate, options.level, family) : undefined,
  }
}

function logarithms({ estimate, interval }: Estimated): Estimated {
  return { estimate: Math.log(estimate), interval: interval && { low: Math.log(interval.low), high: Math.log(interval.high) } }
}

function verdictOf(better: 'higher' | 'lower', interval: Interval | undefined): Verdict {
  if (interval === undefined || (interval.low <= 0 && interval.high >= 0)) return 'inconclusive'
  return interval.low > 0 === (better === 'higher') ? 'better' : 'worse'
}

const isWithin = ({ low, high }: Interval, margin: number): boolean => low >= -margin && high <= margin

/** As if each metric had its share of the level, which the family's test does better than. */
function settling(values: readonly number[], size: number, level: number, family: number): FurtherBlocks {
  const { likely, careful } = furtherBlocks(values, size, level / family)
  const missing = fewestBlocks(level) - values.length
  return { likely: Math.max(likely, missing), careful: Math.max(careful, missing) }
}
