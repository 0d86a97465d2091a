import { median } from '../../statistics/descriptive.ts'
import type { FlowRecord } from '../../trial.ts'

/** What each connection that sent as much as gets through got, bit/s, the fastest first. */
export function flowRates(flows: readonly FlowRecord[], end: number): number[] {
  const connections = Map.groupBy(
    flows.filter(({ asked }) => asked === null),
    ({ workload, flow }) => `${workload} ${flow}`,
  )
  const rates = [...connections.values()].map((records) => {
    const begin = Math.min(...records.map(({ startNs }) => startNs))
    const last = Math.max(...records.map(({ endNs }) => endNs ?? end))
    return (records.reduce((sum, { bytes }) => sum + bytes, 0) * 8e9) / Math.max(1, last - begin)
  })
  return rates.toSorted((left, right) => right - left)
}

/** By rank, the middle of the blocks. */
export function ranked(blocks: readonly number[][]): { y: number[]; low: number[]; high: number[] } {
  const ranks = Array.from({ length: Math.max(0, ...blocks.map(({ length }) => length)) }, (_, rank) => blocks.flatMap((rates) => rates[rank] ?? []))
  return { y: ranks.map(median), low: ranks.map((values) => Math.min(...values)), high: ranks.map((values) => Math.max(...values)) }
}
