import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestbedError } from '../../../../src/errors/index.ts'
import { ExperimentStore, readExperiment, type RunEvent, runExperiment, type Trial, type TrialResult } from '../../../../src/experiment/index.ts'
import { madeUpExperiment, madeUpFacts, madeUpResult, madeUpSpec } from '../../../support/made-up-experiment.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('running trials')

/** Runs the twelve trials of two blocks, the first one as told, and answers what was said and which are stored. */
async function run(first: (attempt: number, controller: AbortController) => TrialResult | Error): Promise<{ said: string[]; stored: number[]; error: unknown }> {
  using directory = temporaryDirectory()
  using store = ExperimentStore.create(join(directory.path, 'run'), madeUpExperiment({ blocks: 2 }))
  store.beginRun(madeUpFacts)
  const controller = new AbortController()
  let attempts = 0
  const target = {
    async run(trial: Trial): Promise<TrialResult> {
      if (trial.index > 0) return { ...madeUpResult(trial), valid: true, reasons: [] }
      attempts += 1
      const found = first(attempts, controller)
      if (found instanceof Error) throw found
      return { ...found, trial }
    },
  }
  const said: string[] = []
  const tell = (event: RunEvent): void => {
    const { index } = event.event === 'stored' ? event.result.trial : event.trial
    if (index === 0) said.push(`${event.event} ${event.attempt}${event.event === 'broken' ? ` ${event.error.message}` : ''}`)
  }
  const spec = readExperiment({ file: 'made-up.yaml', text: madeUpSpec })
  const error = await runExperiment({ spec, store, target, signal: controller.signal, tell }).catch((thrown: unknown) => thrown)
  return { said, stored: store.trials().map(({ trial }) => trial.index), error }
}

const [trial] = madeUpExperiment().trials
const found = (valid: boolean): TrialResult => {
  assert.ok(trial)
  return { ...madeUpResult(trial), valid, reasons: valid ? [] : ['it was disturbed'] }
}
const broken = new TestbedError('the process of host client ended (SIGKILL)')
const all = Array.from({ length: 12 }, (_, index) => index)

test('one that was disturbed is run three times at most', async () => {
  assert.equal(await run((attempt) => found(attempt === 2)), { said: ['begun 1', 'stored 1', 'begun 2', 'stored 2'], stored: all, error: undefined })
  const { said, stored, error } = await run(() => found(false))
  assert.equal([said.length, stored, error], [6, all, undefined])
})

test('one whose testbed broke is told and run again, and the third time ends the run', async () => {
  const once = await run((attempt) => (attempt === 1 ? broken : found(true)))
  assert.equal(once, { said: ['begun 1', `broken 1 ${broken.message}`, 'begun 2', 'stored 2'], stored: all, error: undefined })
  const always = await run(() => broken)
  assert.equal(always.said, ['begun 1', `broken 1 ${broken.message}`, 'begun 2', `broken 2 ${broken.message}`, 'begun 3'])
  assert.equal([always.stored, always.error], [[], broken])
})

test('what is wrong with the trial itself ends the run at once', async () => {
  const wrong = new RangeError('no such scenario')
  assert.equal(await run(() => wrong), { said: ['begun 1'], stored: [], error: wrong })
})

test('Ctrl-C, which reaches the hosts too, ends it, though the host is known first', async () => {
  const { said, error } = await run((_, controller) => {
    setImmediate(() => controller.abort('interrupted'))
    return broken
  })
  assert.equal([said, error], [['begun 1'], 'interrupted'])
})

test.run()
