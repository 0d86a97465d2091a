/**
 * Holm's adjusted p-values: the chance that any of these tests answers at a level by mistake is at most that level,
 * however they depend on each other. In the order of the argument.
 *
 * @see Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scand. J. Statist. 6 (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const byWeight = [...pValues.entries()].toSorted(([, left], [, right]) => left - right)
  const adjusted = pValues.map(() => 1)
  let largest = 0
  for (const [rank, [index, p]] of byWeight.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p))
    adjusted[index] = largest
  }
  return adjusted
}
