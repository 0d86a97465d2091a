/**
 * The statistic of Kolmogorov and Smirnov for figures and the distribution that they should have, times √n: above 1.95
 * in one case of 1000. Figures that were rounded to whole ones are said to be.
 */
export function kolmogorov(figures: readonly number[], share: (value: number) => number, rounded = false): number {
  const sorted = figures.toSorted((left, right) => left - right)
  const half = rounded ? 0.5 : 0
  let most = 0
  let below = 0
  for (const [index, value] of sorted.entries()) {
    if (sorted[index + 1] === value) continue
    const upTo = index + 1
    most = Math.max(most, Math.abs(upTo / sorted.length - share(value + half)), Math.abs(below / sorted.length - share(value - half)))
    below = upTo
  }
  return most * Math.sqrt(sorted.length)
}

/** Of a thousand cases that are as they should be, one is above it. */
export const oneOfThousand = 1.95
