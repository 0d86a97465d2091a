import { sizeClasses } from '../../measure/metric-table.ts'
import { quantile } from '../../statistics/descriptive.ts'
import type { FlowRecord } from '../../trial.ts'

export interface Completion {
  /** Which flows: in the words of the table of metrics. */
  sizes: string
  /** That have finished, and that have not. */
  finished: number
  unfinished: number
  /** From when it began until its last byte was read, ns. NaN without one. */
  p50: number
  p99: number
}

/** How long flows of a size that was asked for took, by size. Classes without a flow are left out. */
export function completions(flows: readonly FlowRecord[]): Completion[] {
  return sizeClasses.flatMap(({ most, words }, index) => {
    const least = sizeClasses[index - 1]?.most ?? 0
    const own = flows.filter(({ asked }) => asked !== null && asked > least && asked <= most)
    if (own.length === 0) return []
    const times = completionTimes(own)
    const at = (probability: number): number => (times.length === 0 ? Number.NaN : quantile(times, probability))
    return [{ sizes: words, finished: times.length, unfinished: own.length - times.length, p50: at(0.5), p99: at(0.99) }]
  })
}

export const completionTimes = (flows: readonly FlowRecord[]): number[] =>
  flows.flatMap(({ startNs, endNs, error }) => (endNs === null || error !== undefined ? [] : [endNs - startNs]))
