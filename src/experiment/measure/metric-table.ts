import type { Scale } from '../statistics/metric.ts'

/** A figure of an arm in a trial: what it says, and how arms are compared by it. */
export interface MetricDefinition {
  name: string
  /** `bit/s`, `ns`, `share` (0 to 1), or another word; empty for a number. */
  unit: string
  /** Which direction is good; a metric without one is described and not judged. */
  better?: 'higher' | 'lower'
  scale: Scale
  /** The largest difference that does not matter: a share of the baseline for a ratio, an amount for a difference. */
  margin?: number
  what: string
}

/** Flows by how much they were to send. The last class has no bound. */
export const sizeClasses = [
  { name: 'small', most: 10e3, words: 'of up to 10 kB' },
  { name: 'medium', most: 100e3, words: 'of more than 10 kB, up to 100 kB' },
  { name: 'large', most: 1e6, words: 'of more than 100 kB, up to 1 MB' },
  { name: 'huge', most: Infinity, words: 'of more than 1 MB' },
] as const

const delay = { unit: 'ns', better: 'lower', scale: 'ratio', margin: 0.05 } as const
const part = { unit: 'share', scale: 'difference' } as const
const times = { unit: '', better: 'lower', scale: 'ratio', margin: 0.05 } as const

const quantiles = (name: string, definition: Omit<MetricDefinition, 'name' | 'what'>, percents: readonly number[], what: (words: string) => string) =>
  percents.map((percent): MetricDefinition => ({
    name: `${name}.p${percent}`,
    ...definition,
    what: what(percent === 50 ? 'the median' : `the ${percent}th percentile`),
  }))

/** All metrics, in the order in which they are shown. */
export const metricTable: readonly MetricDefinition[] = [
  {
    name: 'goodput', unit: 'bit/s', better: 'higher', scale: 'ratio', margin: 0.05,
    what: 'what the receiving applications read, of all flows of the arm, over the time in which at least one of them was under way',
  },
  ...quantiles('rtt', delay, [50, 95, 99], (words) => `${words} of the senders’ smoothed RTTs (\`tcpi_rtt\`), of all samples by which something more was acknowledged`),
  ...quantiles('queue', delay, [50, 95, 99], (words) => `${words} of the times that the arm’s packets waited at the bottleneck, each packet counted; jitter of the path is in it`),
  { name: 'loss', ...part, better: 'lower', margin: 0.001, what: 'the part of the arm’s packets that the path dropped, at whatever queue or by chance' },
  { name: 'marks', ...part, what: 'the part of the arm’s packets that the path marked (ECN)' },
  { name: 'retransmits', ...part, better: 'lower', margin: 0.001, what: 'segments sent again, as a part of all segments that the arm’s senders sent' },
  {
    name: 'jain', unit: '', better: 'higher', scale: 'difference', margin: 0.02,
    what: 'Jain’s index of the goodputs of the arm’s flows that send all the time (bulk), where there are several: 1 where all have the same',
  },
  {
    name: 'convergence', unit: 'ns', better: 'lower', scale: 'ratio', margin: 0.1,
    what: 'from the begin of the last bulk flow of the arm until Jain’s index of their rates over one second is 0.9; until the first of them ends, if it never is',
  },
  {
    name: 'share', unit: '', scale: 'ratio',
    what: 'the arm’s part of what all bulk flows got, over its part of those flows, where there are others: 1 where each flow got the same',
  },
  ...quantiles('fct', delay, [50, 99], (words) => `${words} of the times from when a flow, chunk or request began until the receiving application had its last byte; what did not finish counts with the time that it had`),
  ...quantiles('slowdown', times, [50, 99], (words) => `${words} of these times over those that an empty path would take: its round trips, and the bytes with their headers at its rate`),
  ...sizeClasses.flatMap(({ name, words }) => quantiles(`slowdown.${name}`, times, [50, 99], (quantile) => `${quantile} of the same for flows ${words}`)),
  { name: 'unfinished', ...part, better: 'lower', margin: 0.001, what: 'the part of the flows with a size that had not come to their end when traffic did' },
  { name: 'power', unit: 'Mbit/s/ms', better: 'higher', scale: 'ratio', margin: 0.05, what: 'goodput over the median RTT' },
  {
    name: 'harm', ...part, better: 'lower', margin: 0.02,
    what: 'what the background flows lost against a path of their own: of bulk flows the part of the rate, of others the part of their time that was waiting, the mean of all (Ware et al., HotNets 2019)',
  },
  {
    name: 'cpu.ns_per_ack', unit: 'ns', better: 'lower', scale: 'ratio', margin: 0.1,
    what: 'the time in the BPF programs of the arm’s algorithm, all members together, for each segment that its senders received',
  },
  { name: 'lateness.p99', unit: 'ns', scale: 'difference', what: 'how much later than planned the generator itself began, the 99th percentile: large where the machine was too busy' },
]

export const metricNames: readonly string[] = metricTable.map(({ name }) => name)
