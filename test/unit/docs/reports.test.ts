import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { exportTables, ExperimentStore } from '../../../src/experiment/index.ts'
import { madeUpExperiment, madeUpFacts, madeUpResult } from '../../support/made-up-experiment.ts'
import { blocksOf } from '../../support/markdown.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('docs/reports.md', [needs.sqlite3])
const page = readFileSync(join(import.meta.dirname, '../../../docs/reports.md'), 'utf8')

test('sqlite3 answers every question that it shows', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const experiment = madeUpExperiment({ blocks: 1 })
  {
    using store = ExperimentStore.create(path, experiment)
    store.beginRun(madeUpFacts)
    for (const trial of experiment.trials) store.addTrial(madeUpResult(trial, { acks: 20 }))
  }
  const questions = blocksOf(page).filter(({ language }) => language === 'sql')
  assert.ok(questions.length >= 4)
  for (const { text } of questions) {
    const { stdout } = await execa('sqlite3', [join(path, 'experiment.sqlite'), text])
    assert.ok(stdout.split('\n').length >= 1 && stdout !== '', text)
  }
  const { stdout: schema } = await execa('sqlite3', [join(path, 'experiment.sqlite'), '.schema'])
  assert.match(schema, /cwnd INTEGER NOT NULL, +-- packets/)
  assert.match(page, new RegExp(`which is ${(await execa('sqlite3', [join(path, 'experiment.sqlite'), 'PRAGMA user_version'])).stdout}\\.`))
  assert.ok(Object.keys(exportTables).every((name) => page.includes(`\`${name}\``)))
})

test.run()
