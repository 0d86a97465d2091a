import { quantile } from '../../statistics/descriptive.ts'

/** So many points make a distribution function that looks whole. */
const points = 100

/** The distribution function of values, from the smallest to the largest. */
export function distribution(values: readonly number[]): { x: number[]; y: number[] } {
  if (values.length === 0) return { x: [], y: [] }
  const y = Array.from({ length: points + 1 }, (_, index) => index / points)
  const sorted = values.toSorted((left, right) => left - right)
  return { x: y.map((share) => quantile(sorted, share)), y }
}
