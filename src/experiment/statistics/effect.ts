/**
 * Cliff's delta: how much more often a figure of the first set is above one of the second than below it, of all pairs.
 * From -1 (always below) to 1 (always above).
 *
 * @see Cliff, "Dominance Statistics", Psychological Bulletin 114 (1993)
 */
export function cliffsDelta(first: readonly number[], second: readonly number[]): number {
  let dominance = 0
  for (const one of first) for (const other of second) dominance += Math.sign(one - other)
  return dominance / (first.length * second.length)
}
