import { quantile } from '../../statistics/descriptive.ts'
import type { TrialResult } from '../../trial.ts'

/** Equal pieces of the time since traffic began. */
export interface Buckets {
  count: number
  /** ns. */
  width: number
}

export interface OverTime {
  /** Packets, the mean of the arm's connections. */
  cwnd: Float64Array
  /** ms. */
  rtt: Float64Array
  /** Bit/s that were acknowledged, of all the arm's connections. */
  rate: Float64Array
}

/** About two samples of a connection in each, as far as all trials have samples. */
export function bucketsFor(trials: readonly Pick<TrialResult, 'samples'>[]): Buckets {
  const sampled = trials.filter(({ samples }) => samples.timeNs.length > 0)
  const rows = sampled.map(({ samples }) => samples.timeNs.length / new Set(samples.flow).size)
  const count = Math.min(100, Math.max(20, Math.floor(Math.min(...rows, 1000) / 2)))
  const end = Math.min(...sampled.map(({ samples }) => samples.timeNs.reduce((most, at) => Math.max(most, at), 0)))
  return { count, width: Math.max(1, Number.isFinite(end) ? end : 0) / count }
}

const bucketAt = (ns: number, { width }: Buckets): number => Math.max(0, Math.floor(ns / width))

/** What the connections of one arm did in a trial. */
export function samplesOverTime({ samples, flows }: Pick<TrialResult, 'samples' | 'flows'>, arm: string, buckets: Buckets): OverTime {
  const [cwnd, rtt] = [new Means(buckets), new Means(buckets)]
  const acknowledged = new Float64Array(buckets.count)
  const last = new Map<number, { at: number; bytes: number }>()
  for (const [row, flow] of samples.flow.entries()) {
    const record = flows[flow]
    if (record === undefined || record.arm !== arm) continue
    const at = samples.timeNs[row] ?? 0
    const bytes = samples.bytesAcked[row] ?? 0
    const before = last.get(flow) ?? { at: Math.min(at, record.startNs), bytes: 0 }
    cwnd.add(at, samples.cwnd[row] ?? 0)
    if ((samples.srttUs[row] ?? 0) > 0) rtt.add(at, (samples.srttUs[row] ?? 0) / 1e3)
    spread(acknowledged, before.at, at, bytes - before.bytes, buckets)
    last.set(flow, { at, bytes })
  }
  return { cwnd: cwnd.values(), rtt: rtt.values(), rate: acknowledged.map((bytes) => (bytes * 8e9) / buckets.width) }
}

/** How long a packet waited in the bottleneck's queue, ms. */
export function queueOverTime({ queue }: Pick<TrialResult, 'queue'>, buckets: Buckets): Float64Array {
  const delay = new Means(buckets)
  for (const [row, at] of queue.timeNs.entries()) delay.add(at, (queue.delayNs[row] ?? 0) / 1e6)
  return delay.values()
}

/** Puts an amount into the buckets that a time goes through, to each its share. */
function spread(into: Float64Array, from: number, to: number, amount: number, buckets: Buckets): void {
  const last = Math.min(bucketAt(to, buckets), buckets.count - 1)
  for (let bucket = bucketAt(from, buckets); bucket <= last; bucket += 1) {
    const begin = Math.max(from, bucket * buckets.width)
    const end = Math.min(to, (bucket + 1) * buckets.width)
    into[bucket] = (into[bucket] ?? 0) + (to > from ? (amount * (end - begin)) / (to - from) : amount)
  }
}

/** The mean of what falls into each bucket; NaN where nothing does. */
class Means {
  readonly #buckets: Buckets
  readonly #sums: Float64Array
  readonly #counts: Uint32Array

  constructor(buckets: Buckets) {
    this.#buckets = buckets
    this.#sums = new Float64Array(buckets.count)
    this.#counts = new Uint32Array(buckets.count)
  }

  add(at: number, value: number): void {
    const bucket = bucketAt(at, this.#buckets)
    if (bucket >= this.#buckets.count) return
    this.#sums[bucket] = (this.#sums[bucket] ?? 0) + value
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
  }

  values(): Float64Array {
    return this.#sums.map((sum, bucket) => sum / (this.#counts[bucket] ?? 0))
  }
}

/** The middle of the blocks at each time, and from the lowest to the highest of them. */
export function acrossBlocks(blocks: readonly Float64Array[]): { y: number[]; low: number[]; high: number[] } {
  const columns = Array.from({ length: blocks[0]?.length ?? 0 }, (_, index) =>
    blocks.map((block) => block[index] ?? Number.NaN).filter((value) => Number.isFinite(value)),
  )
  const at = (probability: number) => columns.map((values) => (values.length === 0 ? Number.NaN : quantile(values, probability)))
  return { y: at(0.5), low: at(0), high: at(1) }
}
