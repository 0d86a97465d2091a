/** Two ways to the same result. Each `run` answers the milliseconds of what counts, without its clearing up. */
export interface Bench extends Disposable {
  title: string
  ours: { name: string; run: () => number | Promise<number> }
  peer: { name: string; run: () => number | Promise<number> }
}

export interface Pair {
  ours: number
  peer: number
}

/** Rounds that are not counted: the first ones compile our code and fill the caches of both. */
const warmUp = 5

export async function measure({ ours, peer }: Bench, rounds: number): Promise<{ first: Pair; pairs: Pair[] }> {
  const pairs: Pair[] = []
  for (let round = 0; round < warmUp + rounds; round += 1) pairs.push({ ours: await ours.run(), peer: await peer.run() })
  const [first = { ours: 0, peer: 0 }] = pairs
  return { first, pairs: pairs.slice(warmUp) }
}

/** Minimum, median and maximum of each, and of the ratio pair by pair. */
export function report({ title, ours, peer }: Bench, { first, pairs }: { first: Pair; pairs: Pair[] }): string {
  const ratio = spread(pairs.map((pair) => pair.ours / pair.peer))
  return [
    `${title} (${pairs.length} pairs)`,
    line(ours.name, spread(pairs.map((pair) => pair.ours)), 'ms', first.ours),
    line(peer.name, spread(pairs.map((pair) => pair.peer)), 'ms', first.peer),
    line('ratio', ratio, '×', first.ours / first.peer),
    '',
  ].join('\n')
}

interface Spread {
  min: number
  median: number
  max: number
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { min: at(0), median: at(0.5), max: at(1) }
}

function line(name: string, { min, median, max }: Spread, unit: string, first: number): string {
  const [low, middle, high, once] = [min, median, max, first].map((value) => value.toFixed(2).padStart(8))
  return `  ${name.padEnd(24)} min ${low}  median ${middle}  max ${high} ${unit}   first ${once}`
}

/** The milliseconds that some work takes. */
export function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
