/** So many pieces of time are as fine as a screen shows them. */
const pieces = 250

/**
 * A curve of any number of points as one of at most four a piece of time: the first, the lowest, the highest and the last of
 * it. So that no saw-tooth is lost. Times ascend.
 */
export function extremes(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  const [from, to] = [x[0] ?? 0, x.at(-1) ?? 0]
  const width = (to - from) / pieces || 1
  const byPiece = Map.groupBy(x.keys(), (row) => Math.floor(((x[row] ?? 0) - from) / width))
  const kept = [...byPiece.values()].flatMap((rows) => {
    const at = (better: (a: number, b: number) => boolean): number => rows.reduce((best, row) => (better(y[row] ?? 0, y[best] ?? 0) ? row : best))
    const ends = [rows[0] ?? 0, at((a, b) => a < b), at((a, b) => a > b), rows.at(-1) ?? 0]
    return [...new Set(ends)].toSorted((a, b) => a - b)
  })
  return { x: kept.map((row) => x[row] ?? 0), y: kept.map((row) => y[row] ?? 0) }
}
