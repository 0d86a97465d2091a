/** Round-trip times over the samples of one flow, µs. */
export interface RttSummary {
  mean: number
  min: number
  p50: number
  p95: number
  p99: number
  max: number
}

/** The value up to which `share` (0 to 1) of the sorted values lie: by nearest rank, so always one that occurred. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/** Undefined when nothing was measured. */
export function summarize(values: readonly number[]): RttSummary | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: percentile(sorted, 0),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
  }
}
