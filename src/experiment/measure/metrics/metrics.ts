import { quantileOfSorted } from '../../statistics/descriptive.ts'
import type { MetricValue, SampleColumns } from '../../trial.ts'
import { metricNames } from '../metric-table.ts'
import type { RawTrial } from '../raw.ts'
import { completionFigures } from './completion.ts'
import type { Figures } from './figures.ts'
import { goodputOfAll, harmTo, sharingFigures } from './sharing.ts'

/** The figures of each arm. */
export const metricsOf = (raw: RawTrial): MetricValue[] =>
  raw.arms.flatMap((arm) => {
    const figures = new Map(Object.entries(figuresOf(arm, raw)))
    return metricNames.flatMap((metric) => {
      const value = figures.get(metric)
      return value === undefined || !Number.isFinite(value) ? [] : [{ arm, metric, value }]
    })
  })

function figuresOf(arm: string, raw: RawTrial): Figures {
  const { endNs, path } = raw
  const flows = raw.flows.filter((flow) => flow.arm === arm)
  const figures: Figures = { ...packetFigures(arm, raw), ...sharingFigures(arm, raw), ...completionFigures(flows, endNs, path), ...endFigures(arm, raw) }
  if (flows.length > 0) {
    figures['goodput'] = goodputOfAll(flows, endNs)
    figures['lateness.p99'] = quantileOfSorted(Float64Array.from(flows, ({ startNs, plannedNs }) => startNs - plannedNs).toSorted(), 0.99)
  }
  const rtts = rttsOf(raw.samples, (flow) => raw.flows[flow]?.arm === arm)
  if (rtts.length > 0) {
    Object.assign(figures, percentiles('rtt', rtts))
    // bit/s over ns are Mbit/s over ms.
    figures['power'] = (figures['goodput'] ?? 0) / quantileOfSorted(rtts, 0.5)
  }
  const harm = arm === '' ? undefined : harmTo(raw.flows.filter((flow) => flow.arm === ''), endNs, path)
  if (harm !== undefined) figures['harm'] = harm
  return figures
}

const percentiles = (name: string, sorted: ArrayLike<number>): Figures =>
  Object.fromEntries([50, 95, 99].map((percent) => [`${name}.p${percent}`, quantileOfSorted(sorted, percent / 100)]))

function packetFigures(arm: string, { packets }: RawTrial): Figures {
  const own = packets.get(arm)
  if (own === undefined || own.packets === 0) return {}
  return { loss: own.drops / own.packets, marks: own.marks / own.packets, ...(own.delays.length > 0 ? percentiles('queue', own.delays) : {}) }
}

function endFigures(arm: string, { ends, programs }: RawTrial): Figures {
  const own = ends.filter((end) => end.arm === arm)
  const sum = (of: (end: (typeof own)[number]) => number): number => own.reduce((all, end) => all + of(end), 0)
  const [sent, came] = [sum(({ segmentsOut }) => segmentsOut), sum(({ segmentsIn }) => segmentsIn)]
  const runs = programs.filter((program) => program.arm === arm)
  return {
    ...(sent > 0 ? { retransmits: sum(({ retransmits }) => retransmits) / sent } : {}),
    ...(came > 0 && runs.length > 0 ? { 'cpu.ns_per_ack': runs.reduce((all, { ns }) => all + ns, 0) / came } : {}),
  }
}

/** In ascending order, ns: those of samples by which something more was acknowledged. An idle socket keeps its old one. */
function rttsOf({ flow, bytesAcked, srttUs }: SampleColumns, isOwn: (flow: number) => boolean): Float64Array {
  const acked = new Map<number, number>()
  const rtts: number[] = []
  for (const [row, number] of flow.entries()) {
    const bytes = bytesAcked[row] ?? 0
    const isMore = bytes > (acked.get(number) ?? 1)
    acked.set(number, bytes)
    const rtt = srttUs[row] ?? 0
    if (isMore && rtt > 0 && isOwn(number)) rtts.push(rtt * 1000)
  }
  return Float64Array.from(rtts).toSorted()
}
