import { compareTrials, type ExperimentComparison, type ExperimentSpec, type ExperimentStore, type MetricDefinition, readExperiment } from '../../src/experiment/index.ts'
import { madeUpSpec } from './made-up-experiment.ts'

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

export const madeUpExperimentSpec = (): ExperimentSpec => readExperiment({ file: 'made-up.yaml', text: madeUpSpec })

/** What is found of a made-up experiment. */
export function madeUpComparison(store: ExperimentStore): ExperimentComparison {
  return compareTrials(madeUpExperimentSpec(), store.metrics(), metrics)
}
