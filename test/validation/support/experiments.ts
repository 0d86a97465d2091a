import { join } from 'node:path'
import {
  type ExperimentInput,
  experimentOf,
  type ExperimentResult,
  ExperimentStore,
  KernelTarget,
  planTrials,
  prepareArms,
  resultOf,
  type RunEvent,
  runExperiment,
  runFacts,
} from '../../../src/experiment/index.ts'
import { Journal } from '../../../src/journal/index.ts'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

/** Trials that were disturbed three times are tried three times more, and so on, so often. */
const mostRounds = 3

/**
 * Runs an experiment as `ccdk ab` does, but for the survey of its paths, which takes longer than a small experiment, and
 * answers what was found and what `look` has seen in the store.
 */
export async function runOnKernel<Seen>(
  input: ExperimentInput,
  look: (store: ExperimentStore, result: ExperimentResult) => Seen,
  tell: (event: RunEvent) => void,
): Promise<Seen> {
  const spec = experimentOf(input)
  using target = new LinuxTarget()
  const prepared = prepareArms(spec.arms, target, { specFile: '' })
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'experiment'), {
    name: spec.name,
    target: 'kernel',
    seed: spec.seed,
    spec: { file: 'experiment.yaml', text: JSON.stringify(input) },
    named: new Map(),
    arms: prepared.map(({ arm, ownName }) => ({ name: arm.name, cc: ownName })),
    scenarios: spec.scenarios.map(({ name, path }) => ({ name, path })),
    trials: planTrials(spec),
  })
  using journal = Journal.begin('validation')
  store.beginRun(runFacts([]))
  using kernel = new KernelTarget(spec, { arms: prepared, target, journal })
  const signal = new AbortController().signal
  for (let round = 0; round < mostRounds && store.waiting().length > 0; round += 1) {
    await runExperiment({ spec, store, target: kernel, signal, tell })
  }
  return look(store, resultOf(spec, store))
}
