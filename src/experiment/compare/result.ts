import { metricTable } from '../measure/metric-table.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { ExperimentStore } from '../store/store.ts'
import { type ComparedArms, compareTrials } from './compare-trials.ts'
import type { GateResult } from './gate.ts'

/** What an experiment has found: the content of result.json. */
export interface ExperimentResult {
  name: string
  seed: number
  /** The first one is the baseline. */
  arms: { name: string; cc: string }[]
  scenarios: string[]
  trials: { planned: number; valid: number; invalid: { trial: number; reasons: string[] }[]; waiting: number }
  /** Of each scenario and design: every arm against the baseline. */
  comparisons: ComparedArms[]
  gates: GateResult[]
  /** Whether every gate holds. */
  passed: boolean
}

/** Compares what is stored so far. */
export function resultOf(spec: ExperimentSpec, store: ExperimentStore): ExperimentResult {
  const { comparisons, gates } = compareTrials(spec, store.metrics(), metricTable)
  const done = store.trials().map(({ trial, valid, reasons }) => ({ trial: trial.index, valid, reasons }))
  const invalid = done.filter(({ valid }) => !valid).map(({ trial, reasons }) => ({ trial, reasons }))
  const waiting = store.waiting().length - invalid.length
  return {
    name: spec.name,
    seed: spec.seed,
    arms: store.experiment.arms.map(({ name, cc }) => ({ name, cc })),
    scenarios: spec.scenarios.map(({ name }) => name),
    trials: { planned: done.length + waiting, valid: done.length - invalid.length, invalid, waiting },
    comparisons,
    gates,
    passed: gates.every(({ passed }) => passed),
  }
}
