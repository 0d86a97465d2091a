import { UsageError } from '../../errors/index.ts'
import { Random } from '../../link-model/index.ts'
import { bcaInterval, expandedTail, type Interval } from './bootstrap.ts'
import { countedEstimate, estimate, type Estimator } from './estimate.ts'

/** One figure of two arms, block by block: `baseline[i]` and `candidate[i]` were measured under the same seed. */
export interface Blocks {
  baseline: readonly number[]
  candidate: readonly number[]
}

export interface IntervalOptions {
  seed: number
  /** The probability that the interval misses: 0.05 for one of 95 %. */
  level: number
  estimator?: Estimator
  /** Sets that the bootstrap draws: 10,000. */
  resamples?: number
}

export interface Estimated {
  estimate: number
  /** Missing with fewer blocks than {@link fewestBlocks}. */
  interval: Interval | undefined
}

/**
 * The fewest blocks that can say anything at a level: 6 at 0.05. With n of them the smallest p of the flips of signs is
 * 2/2ⁿ, and even the interval from the smallest to the largest difference misses the middle as often.
 */
export function fewestBlocks(level: number): number {
  return Math.ceil(1 + Math.log2(1 / level))
}

/** The middle of differences, and its BCa interval on expanded percentiles. */
function estimateOf(values: readonly number[], options: IntervalOptions): Estimated {
  const { seed, level, estimator = 'hodges-lehmann', ...bootstrap } = options
  const middle = estimate(estimator, values)
  if (values.length < fewestBlocks(level)) return { estimate: middle, interval: undefined }
  const tail = expandedTail(level / 2, values.length)
  const drawing = { ...bootstrap, tail, random: new Random(seed, 'bootstrap') }
  return { estimate: middle, interval: bcaInterval(countedEstimate(estimator, values), values.length, drawing) }
}

/**
 * How much more the candidate has than the baseline, in the figure's own unit.
 *
 * @throws {UsageError} where a figure is missing or is none
 */
export function pairedDifference(blocks: Blocks, options: IntervalOptions): Estimated {
  return estimateOf(differences(blocks), options)
}

/**
 * How many times the baseline's figure the candidate's is: the same of logarithms. Missing where a figure is not above 0.
 *
 * @throws {UsageError} where a figure is missing or is none
 */
export function pairedRatio(blocks: Blocks, options: IntervalOptions): Estimated | undefined {
  const logs = logRatios(blocks)
  if (logs === undefined) return undefined
  const { estimate: log, interval } = estimateOf(logs, options)
  return {
    estimate: Math.exp(log),
    interval: interval && { low: Math.exp(interval.low), high: Math.exp(interval.high) },
  }
}

/** Candidate less baseline in each block. */
export function differences(blocks: Blocks): number[] {
  checkBlocks(blocks)
  return blocks.candidate.map((value, block) => value - (blocks.baseline[block] ?? 0))
}

/** The logarithm of candidate over baseline in each block; missing where a figure is not above 0. */
export function logRatios(blocks: Blocks): number[] | undefined {
  checkBlocks(blocks)
  const { baseline, candidate } = blocks
  if ([...baseline, ...candidate].some((value) => value <= 0)) return undefined
  return differences({ baseline: baseline.map(Math.log), candidate: candidate.map(Math.log) })
}

function checkBlocks({ baseline, candidate }: Blocks): void {
  if (baseline.length !== candidate.length || baseline.length === 0) {
    throw new UsageError(`${baseline.length} figures of the baseline cannot be paired with ${candidate.length} of the candidate`)
  }
  const wrong = [...baseline, ...candidate].find((value) => !Number.isFinite(value))
  if (wrong !== undefined) throw new UsageError(`${wrong} is no figure to compare: leave its block out`)
}
