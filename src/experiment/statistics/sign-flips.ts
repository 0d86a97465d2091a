import type { Random } from '../../link-model/index.ts'

export interface FlipTest {
  /** Two-sided, of this metric alone. */
  p: number
  /** The same with regard to all metrics: the chance that any metric would stand out as much, without a difference. */
  adjusted: number
}

/** Up to so many blocks all flips are gone through: half a million, since a flip of all signs changes nothing. */
const mostEnumerated = 20

/** Drawn when there are more. */
const drawnFlips = 20_000

/** Sums that are equal but for rounding are equal. */
const tolerance = 1e-9

/**
 * Fisher's test of paired differences, for several metrics of the same blocks: `differences[metric][block]`.
 *
 * Where the arms do not differ, nothing changes when they are swapped in any block, so each pattern of swaps was as
 * likely as what was seen. p is the share of patterns in which |Σd|/√Σd² is as large. This orders patterns as Student's
 * t does, and has no unit, so that metrics can be set against each other.
 *
 * The adjustment is the step-down maxT of Westfall and Young: as Holm's procedure it goes from the metric that stands
 * out most to the least, but it compares each with the largest of those that are left **in the same pattern**. So it
 * knows how the metrics hang together, and what stands out clearly keeps the smallest p that the blocks allow, 2/2ⁿ,
 * where Holm would multiply that by the number of metrics.
 *
 * @see Fisher, The Design of Experiments (1935), 21; Westfall and Young, Resampling-Based Multiple Testing (1993), 2.8
 */
export function signFlipTests(differences: readonly (readonly number[])[], random: Random): FlipTest[] {
  const blocks = differences[0]?.length ?? 0
  const family = new Family(differences.map(scaled))
  if (blocks <= mostEnumerated) family.enumerate(blocks)
  else family.draw(blocks, random)
  return family.results()
}

/** Of length 1; zeros stay what they are. */
function scaled(differences: readonly number[]): Float64Array {
  const largest = differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (largest === 0) return new Float64Array(differences.length)
  // First by the largest, whose square might be too large or too small for a number.
  const norm = Math.sqrt(differences.reduce((sum, value) => sum + (value / largest) ** 2, 0))
  return Float64Array.from(differences, (value) => value / largest / norm)
}

/** Counts, pattern by pattern, how often each metric is met or surpassed. */
class Family {
  /** The metrics, the one that stands out least first. */
  readonly #order: readonly number[]
  readonly #differences: readonly Float64Array[]
  readonly #observed: readonly number[]
  readonly #sums: Float64Array
  readonly #alone: Float64Array
  readonly #together: Float64Array
  #patterns = 0

  constructor(differences: readonly Float64Array[]) {
    this.#differences = differences
    const sums = differences.map((values) => values.reduce((sum, value) => sum + value, 0))
    this.#observed = sums.map((sum) => Math.abs(sum) - tolerance)
    this.#sums = Float64Array.from(sums)
    this.#order = [...sums.keys()].toSorted((one, other) => Math.abs(sums[one] ?? 0) - Math.abs(sums[other] ?? 0))
    this.#alone = new Float64Array(sums.length)
    this.#together = new Float64Array(sums.length)
  }

  /** All patterns in which the last block stays as it is, each by one flip from the one before (Gray's code). */
  enumerate(blocks: number): void {
    const signs = new Int8Array(blocks).fill(1)
    this.#count()
    for (let pattern = 1; pattern < 2 ** (blocks - 1); pattern += 1) {
      const block = 31 - Math.clz32(pattern & -pattern)
      const sign = signs[block] ?? 1
      for (const [metric, values] of this.#differences.entries()) this.#add(metric, -2 * sign * (values[block] ?? 0))
      signs[block] = -sign
      this.#count()
    }
  }

  /** Patterns by chance. What was seen counts as one of them, so that p is never 0 and the test stays exact. */
  draw(blocks: number, random: Random): void {
    this.#count()
    for (let drawn = 0; drawn < drawnFlips; drawn += 1) {
      this.#sums.fill(0)
      for (let block = 0; block < blocks; block += 1) {
        const sign = random.happens(0.5) ? 1 : -1
        for (const [metric, values] of this.#differences.entries()) this.#add(metric, sign * (values[block] ?? 0))
      }
      this.#count()
    }
  }

  results(): FlipTest[] {
    const results = this.#differences.map((): FlipTest => ({ p: 1, adjusted: 1 }))
    let largest = 0
    for (const metric of this.#order.toReversed()) {
      largest = Math.max(largest, (this.#together[metric] ?? 0) / this.#patterns)
      results[metric] = { p: (this.#alone[metric] ?? 0) / this.#patterns, adjusted: largest }
    }
    return results
  }

  #add(metric: number, change: number): void {
    this.#sums[metric] = (this.#sums[metric] ?? 0) + change
  }

  #count(): void {
    this.#patterns += 1
    let largest = 0
    for (const metric of this.#order) {
      const sum = Math.abs(this.#sums[metric] ?? 0)
      const observed = this.#observed[metric] ?? 0
      largest = Math.max(largest, sum)
      if (sum >= observed) this.#alone[metric] = (this.#alone[metric] ?? 0) + 1
      if (largest >= observed) this.#together[metric] = (this.#together[metric] ?? 0) + 1
    }
  }
}
