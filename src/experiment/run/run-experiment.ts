import { setImmediate as turn } from 'node:timers/promises'
import { TestbedError } from '../../errors/index.ts'
import { duration } from '../plan/duration.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { ExperimentStore } from '../store/store.ts'
import type { Trial, TrialResult } from '../trial.ts'

/** Where trials run: this kernel, or a simulator. */
export interface ExperimentTarget {
  /** Rejects with the signal's reason when that fires, and with a TestbedError when a part of the testbed is gone; of the trial nothing stays then. */
  run(trial: Trial, signal: AbortSignal): Promise<TrialResult>
}

/** What happens in a run, for who watches it. */
export type RunEvent =
  /** Of the trials that were waiting, `done` have been stored. `left` is about how long the others take, ns. */
  | { event: 'begun'; trial: Trial; attempt: number; done: number; of: number; left: number }
  | { event: 'stored'; result: TrialResult; attempt: number; again: boolean; done: number; of: number; left: number }
  /** A process of the trial was killed, or stood still for long. It is run again. */
  | { event: 'broken'; trial: Trial; attempt: number; error: TestbedError; done: number; of: number }

export interface RunOptions {
  spec: ExperimentSpec
  store: ExperimentStore
  target: ExperimentTarget
  signal: AbortSignal
  tell: (event: RunEvent) => void
}

/** A trial that was disturbed is run so often at most; then it stays as what it is, and a later run may try again. */
const mostAttempts = 3

/**
 * Runs the trials that have no valid result yet, and stores each as soon as it is there.
 *
 * @throws TestbedError for a trial whose testbed breaks each time; the signal's reason
 */
export async function runExperiment({ spec, store, target, signal, tell }: RunOptions): Promise<void> {
  const waiting = store.waiting()
  const of = waiting.length
  for (const [done, trial] of waiting.entries()) {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      signal.throwIfAborted()
      tell({ event: 'begun', trial, attempt, done, of, left: duration(spec, waiting.slice(done)) })
      const result = await target.run(trial, signal).catch(async (error: unknown) => {
        if (!(error instanceof TestbedError) || attempt === mostAttempts) throw error
        // Ctrl-C reaches the hosts too, and that one has ended may be known before the signal is.
        await turn()
        signal.throwIfAborted()
        tell({ event: 'broken', trial, attempt, error, done, of })
      })
      if (result === undefined) continue
      store.addTrial(result)
      const again = !result.valid && attempt < mostAttempts
      tell({ event: 'stored', result, attempt, again, done: again ? done : done + 1, of, left: duration(spec, waiting.slice(done + 1)) })
      if (!again) break
    }
  }
}
