import { quantile } from '../../statistics/descriptive.ts'
import type { FlowRecord } from '../../trial.ts'

/** Flows of about one size: up to so many bytes. */
export interface SizeClass {
  from: number
  to: number
}

const sizeClasses: readonly SizeClass[] = [
  { from: 0, to: 10e3 },
  { from: 10e3, to: 100e3 },
  { from: 100e3, to: 1e6 },
  { from: 1e6, to: 10e6 },
  { from: 10e6, to: Number.POSITIVE_INFINITY },
]

export interface Completion {
  sizes: SizeClass
  /** That have finished, and that have not. */
  finished: number
  unfinished: number
  /** From when it was due until its last byte was read, ns. NaN without one. */
  p50: number
  p99: number
}

/** How long flows of a size that was asked for took, by size. Classes without a flow are left out. */
export function completions(flows: readonly FlowRecord[]): Completion[] {
  return sizeClasses.flatMap((sizes) => {
    const own = flows.filter(({ asked }) => asked !== null && asked > sizes.from && asked <= sizes.to)
    if (own.length === 0) return []
    const times = completionTimes(own)
    const at = (probability: number): number => (times.length === 0 ? Number.NaN : quantile(times, probability))
    return [{ sizes, finished: times.length, unfinished: own.length - times.length, p50: at(0.5), p99: at(0.99) }]
  })
}

export const completionTimes = (flows: readonly FlowRecord[]): number[] =>
  flows.flatMap(({ plannedNs, endNs, error }) => (endNs === null || error !== undefined ? [] : [endNs - plannedNs]))
