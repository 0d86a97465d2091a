/** A figure and how much of the whole it stands for: packets, bytes, or the ns for which it held. */
export interface Weighted {
  value: number
  weight: number
}

export interface CdfPoint {
  value: number
  /** The share of the whole that is at most this value. */
  share: number
}

/** The distribution function: a point for each value that occurs, in order. Without weight it has no points. */
export function cdf(samples: readonly Weighted[]): CdfPoint[] {
  const counted = samples.filter(({ weight }) => weight > 0).toSorted((left, right) => left.value - right.value)
  const total = counted.reduce((sum, { weight }) => sum + weight, 0)
  const points: CdfPoint[] = []
  let below = 0
  for (const [index, { value, weight }] of counted.entries()) {
    below += weight
    // Rounding must not keep the last one from the whole.
    const share = index === counted.length - 1 ? 1 : below / total
    if (points.at(-1)?.value === value) points.pop()
    points.push({ value, share })
  }
  return points
}

/** The smallest value at or below which lies so much of the whole: nothing is put between two values. NaN of none. */
export function weightedQuantile(samples: readonly Weighted[], probability: number): number {
  return cdf(samples).find(({ share }) => share >= probability)?.value ?? Number.NaN
}

/** A figure that holds from a moment on until the next one, or until `end`, weighed by its time. */
export function heldFor(samples: readonly { at: number; value: number }[], end: number): Weighted[] {
  return samples.map(({ at, value }, index) => ({ value, weight: Math.max(0, (samples[index + 1]?.at ?? end) - at) }))
}
