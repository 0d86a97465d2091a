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

export interface Ranks {
  /** From 1. */
  x: number[]
  y: number[]
  low: number[]
  high: number[]
}

/** By rank, the middle of the blocks. */
export function ranked(blocks: readonly number[][]): Ranks {
  const ranks = Array.from({ length: Math.max(0, ...blocks.map(({ length }) => length)) }, (_, rank) => blocks.flatMap((rates) => rates[rank] ?? []))
  const of = (pick: (values: readonly number[]) => number): number[] => ranks.map(pick)
  return { x: ranks.map((_, rank) => rank + 1), y: of(median), low: of((values) => Math.min(...values)), high: of((values) => Math.max(...values)) }
}

/** No more than a chart can show, the first and the last among them. */
export function thinned({ x, y, low, high }: Ranks, most = 200): Ranks {
  const step = Math.max(1, Math.ceil(x.length / most))
  const thin = (values: readonly number[]): number[] => values.filter((_, rank) => rank % step === 0 || rank === values.length - 1)
  return { x: thin(x), y: thin(y), low: thin(low), high: thin(high) }
}
