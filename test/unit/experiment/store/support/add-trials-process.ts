/** Adds all trials that wait, as fast as it can, and says the number of each once it is stored. */
import { writeSync } from 'node:fs'
import { ExperimentStore } from '../../../../../src/experiment/index.ts'
import { madeUpFacts, madeUpResult } from '../../../../support/made-up-experiment.ts'

const [, , directory = ''] = process.argv
using store = ExperimentStore.open(directory, { write: true })
store.beginRun(madeUpFacts)
for (const trial of store.waiting()) {
  store.addTrial({ ...madeUpResult(trial, { hz: 50 }), valid: true })
  writeSync(1, `${trial.index}\n`)
}
