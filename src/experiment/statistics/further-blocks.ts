import { normalQuantile } from './distributions.ts'
import { standardDeviation } from './descriptive.ts'

export interface FurtherBlocks {
  /** If the differences go on to scatter as they did. 1000 stands for as many or more. */
  likely: number
  /** If they scattered less so far than they will, as they do in one of five experiments. */
  careful: number
}

/** Numbers of blocks end here, which stands for as many or more. */
const mostBlocks = 1000

/** The probability to find a difference that is there. */
const power = 0.8

/**
 * How many blocks more would show a difference of `size`, four times in five, if there is one, with a two-sided test at
 * `level`. Both figures are guesses: the scatter is known from few blocks, and the size is often a guess itself.
 *
 * @see Guenther, "Sample Size Formulas for Normal Theory t Tests", The American Statistician 35 (1981)
 */
export function furtherBlocks(differences: readonly number[], size: number, level: number): FurtherBlocks {
  const scatter = standardDeviation(differences)
  const certainty = normalQuantile(1 - level / 2)
  const further = (deviation: number): number => {
    const needed = ((certainty + normalQuantile(power)) * (deviation / Math.abs(size))) ** 2 + certainty ** 2 / 2
    const blocks = Math.max(1, Math.ceil(needed) - differences.length)
    // A difference of 0 never shows, and one without scatter shows at once.
    return blocks < mostBlocks ? blocks : mostBlocks
  }
  return { likely: further(scatter), careful: further(scatter * upperFactor(differences.length - 1)) }
}

/** The true deviation is at most so many times the sample's, in four samples of five. */
function upperFactor(freedom: number): number {
  if (freedom < 1) return Infinity
  // The lowest fifth of chi-squared, by Wilson and Hilferty (1931).
  const part = 2 / (9 * freedom)
  return 1 / Math.sqrt(Math.max(0, 1 - part + normalQuantile(0.2) * Math.sqrt(part)) ** 3)
}
