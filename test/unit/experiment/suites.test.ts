import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { projectFiles, templates } from '../../../cli/new/project.ts'
import { duration, planTrials, readExperiment, trialFlows } from '../../../src/experiment/index.ts'

const test = suite('ready suites')
const directory = join(import.meta.dirname, '../../../suites')
const files = readdirSync(directory)

test('they are all there', () => {
  const wanted = ['bufferbloat', 'coexist', 'ecn-bulk', 'incast', 'random-loss', 'rate-step', 'rfc9743', 'shallow-buffer']
  assert.equal(files.toSorted(), wanted.map((name) => `${name}.yaml`))
})

for (const name of files) {
  test(`${name} can be planned: every trial has flows of every arm that it is of, and it ends within a day`, () => {
    const file = join(directory, name)
    const spec = readExperiment({ file, text: readFileSync(file, 'utf8') })
    assert.is(`${spec.name}.yaml`, name)
    const trials = planTrials(spec)
    for (const trial of trials.filter(({ block }) => block === 0)) {
      const arms = new Set(trialFlows(spec, trial).map(({ arm = '' }) => arm))
      assert.equal([...arms].toSorted((a, b) => a.localeCompare(b)), trial.arm === undefined ? ['A', 'B'] : [trial.arm], spec.scenarios[trial.scenario]?.name)
    }
    assert.ok(duration(spec, trials) < 6 * 3600e9)
  })
}

test('the first experiment of a new algorithm can be planned too', () => {
  for (const template of templates) {
    const text = projectFiles('mycc', template).get('ab.yaml') ?? ''
    const spec = readExperiment({ file: 'ab.yaml', text })
    assert.equal(spec.arms.map(({ cc, object }) => [cc, object]), [['cubic', undefined], ['mycc', 'mycc.bpf.o']])
    assert.equal([planTrials(spec).length, spec.gates.length], [24, 2])
  }
})

test.run()
