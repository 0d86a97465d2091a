export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The standard deviation of what the figures are a sample of (divided by n − 1); 0 of a single one. */
export function standardDeviation(values: readonly number[]): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}

/** The quantile of type 7 of Hyndman and Fan (1996), as R and NumPy have it by default. NaN of no figures. */
export function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(sorted(values), probability)
}

/** The same of figures that stand in order. */
export function quantileOfSorted(values: ArrayLike<number>, probability: number): number {
  const place = (values.length - 1) * probability
  const below = Math.floor(place)
  const low = values[below] ?? Number.NaN
  const high = values[below + 1] ?? low
  return low + (place - below) * (high - low)
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The median distance from the median, as it is: not scaled to the deviation of a normal distribution. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const middle = median(values)
  return median(values.map((value) => Math.abs(value - middle)))
}

/**
 * Jain's index of how evenly n shares are parted: 1 where all are alike, 1/n where one has all. Nothing at all is
 * parted evenly.
 *
 * @see Jain, Chiu and Hawe, DEC-TR-301 (1984)
 */
export function jainIndex(shares: readonly number[]): number {
  const squares = shares.reduce((sum, share) => sum + share * share, 0)
  return squares === 0 ? 1 : shares.reduce((sum, share) => sum + share, 0) ** 2 / (shares.length * squares)
}

const sorted = (values: readonly number[]): number[] => values.toSorted((left, right) => left - right)
