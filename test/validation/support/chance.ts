/** The chance of `count` or fewer of so many, where each comes with a chance of `rate`. */
export function atMost(count: number, of: number, rate: number): number {
  let term = (1 - rate) ** of
  let sum = term
  for (let index = 1; index <= Math.min(count, of); index += 1) {
    term *= ((of - index + 1) / index) * (rate / (1 - rate))
    sum += term
  }
  return sum
}

/** The largest count that is not yet conspicuous: more come with a chance below `level`. */
export function mostByChance(of: number, rate: number, level: number): number {
  let count = 0
  while (1 - atMost(count, of, rate) >= level) count += 1
  return count
}
