import { compareTrials, type ExperimentComparison, experimentOf, type ExperimentStore, type MetricDefinition } from '../../src/experiment/index.ts'

const metrics: MetricDefinition[] = [
  { name: 'goodput', unit: 'bytes/s', better: 'higher', scale: 'ratio', margin: 0.02 },
  { name: 'rtt.p50', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'rtt.p95', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'rtt.p99', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'queue.p50', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'retransmits', unit: 'packets', better: 'lower', scale: 'difference' },
  { name: 'jain', unit: '', better: 'higher', scale: 'difference', margin: 0.02 },
  { name: 'fct.p99', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'cpu.ns_per_ack', unit: 'ns', scale: 'ratio' },
]

/** What is found of a made-up experiment. */
export function madeUpComparison(store: ExperimentStore): ExperimentComparison {
  const { arms } = store.experiment
  const spec = experimentOf({
    name: 'made-up',
    arms: Object.fromEntries(arms.map((arm) => [arm.name, { cc: 'cubic' }])),
    path: { rate: ['100mbit', '500mbit'], rtt: '10ms' },
    workload: [{ bulk: { flows: 4, seconds: 10 } }],
    blocks: 8,
    designs: ['alone', 'mixed'],
    gates: ['B.rtt.p99 < 0.5 * A.rtt.p99', 'B.goodput > 0.95 * A.goodput'],
    seed: 7,
  })
  return compareTrials(spec, store.metrics(), metrics)
}
