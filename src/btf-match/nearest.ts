/** Names of members are shorter, and comparing takes time with the square of the length. */
const longestCompared = 100

/** The name most like `name`, if any is like it: at most a third of the letters differ, or one is part of the other. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (candidate === '' || name === '') continue
    const related = candidate.length > 3 && name.length > 3 && (candidate.includes(name) || name.includes(candidate))
    const distance = related ? Number(candidate !== name) : editDistance(name, candidate, bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Levenshtein's distance: the letters to insert, delete or replace; `limit` when there are as many, or more. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit || left.length > longestCompared) return limit
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (let line = 1; line <= left.length; line += 1) {
    const next = [line]
    let least = line
    for (let column = 1; column <= right.length; column += 1) {
      const replace = (row[column - 1] ?? 0) + (left[line - 1] === right[column - 1] ? 0 : 1)
      const distance = Math.min(replace, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1)
      least = Math.min(least, distance)
      next.push(distance)
    }
    // No line has a smaller number than the least of the line before.
    if (least >= limit) return limit
    row = next
  }
  return row[right.length] ?? limit
}
