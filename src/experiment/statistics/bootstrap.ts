import type { Random } from '../../link-model/index.ts'
import { quantileOfSorted } from './descriptive.ts'
import { normalCdf, normalQuantile, studentQuantile } from './distributions.ts'
import type { CountedEstimate } from './estimate.ts'

export interface Interval {
  low: number
  high: number
}

export interface BootstrapOptions {
  /** The probability that is left out at each end: 0.025 for an interval of 95 %. */
  tail: number
  random: Random
  /** Sets that are drawn. With 10,000 an end moves by a few thousandths of the interval's width from seed to seed. */
  resamples?: number
}

/**
 * The bias-corrected and accelerated bootstrap interval of an estimate of `size` figures, with the acceleration by the
 * jackknife. An estimate that no resample changes has an interval without width.
 *
 * @see Efron, "Better Bootstrap Confidence Intervals", JASA 82 (1987); Efron and Tibshirani (1993), 14.3
 */
export function bcaInterval(estimateOf: CountedEstimate, size: number, options: BootstrapOptions): Interval {
  const { tail, random, resamples = 10_000 } = options
  const whole = estimateOf(new Uint32Array(size).fill(1))
  const drawn = resampled(estimateOf, size, random, resamples)
  const bias = biasOf(drawn, whole)
  const acceleration = accelerationOf(jackknifed(estimateOf, size))
  const end = (probability: number): number => {
    const shifted = bias + normalQuantile(probability)
    const stretched = 1 - acceleration * shifted
    // Beyond its pole the formula would come back from the other side.
    const place = stretched > 0 ? normalCdf(bias + shifted / stretched) : Number(shifted > 0)
    return quantileOfSorted(drawn, place)
  }
  return { low: end(tail), high: end(1 - tail) }
}

/**
 * The tail to ask the bootstrap for so that few figures get the tail that is meant: resamples vary less than samples, by
 * (n − 1)/n, and do not know that the spread itself is estimated, for which Student's t stands.
 *
 * @see Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician 69 (2015)
 */
export function expandedTail(tail: number, size: number): number {
  return normalCdf(Math.sqrt(size / (size - 1)) * studentQuantile(tail, size - 1))
}

function resampled(estimateOf: CountedEstimate, size: number, random: Random, resamples: number): Float64Array {
  const counts = new Uint32Array(size)
  const drawOne = (): number => {
    counts.fill(0)
    for (let drawn = 0; drawn < size; drawn += 1) {
      const index = Math.floor(random.float() * size)
      counts[index] = (counts[index] ?? 0) + 1
    }
    return estimateOf(counts)
  }
  return Float64Array.from({ length: resamples }, drawOne).toSorted()
}

/** The estimates without one figure each. */
function jackknifed(estimateOf: CountedEstimate, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, left) => estimateOf(new Uint32Array(size).fill(1).fill(0, left, left + 1)))
}

/** z₀: how far the estimate lies from the median of the resamples, of which those that equal it count half. */
function biasOf(drawn: Float64Array, whole: number): number {
  const below = drawn.reduce((sum, value) => sum + (value < whole ? 1 : value === whole ? 0.5 : 0), 0)
  const share = Math.min(Math.max(below, 0.5), drawn.length - 0.5) / drawn.length
  return normalQuantile(share)
}

/** a: a sixth of the skewness of the jackknife's estimates. */
function accelerationOf(estimates: Float64Array): number {
  const mean = estimates.reduce((sum, value) => sum + value, 0) / estimates.length
  const power = (exponent: number) => estimates.reduce((sum, value) => sum + (mean - value) ** exponent, 0)
  const squares = power(2)
  return squares === 0 ? 0 : power(3) / (6 * squares ** 1.5)
}
