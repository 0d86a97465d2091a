import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { experimentSchemaFile } from '../../../scripts/experiment-schema.ts'
import { planTrials, readExperiment, wholeExperimentDocument } from '../../../src/experiment/index.ts'
import { blocksOf } from '../../support/markdown.ts'

const test = suite('docs/experiments.md')
const docs = join(import.meta.dirname, '../../../docs')
const page = readFileSync(join(docs, 'experiments.md'), 'utf8')
const read = (text: string) => readExperiment({ text, file: 'lab.yaml' })
const shown = blocksOf(page).find(({ language }) => language === 'yaml')?.text ?? ''

test('docs/experiment.schema.json is what npm run docs would write', () => {
  assert.is(readFileSync(join(docs, 'experiment.schema.json'), 'utf8'), experimentSchemaFile())
})

test('the spec that it shows can be planned', () => {
  assert.is(planTrials(read(shown)).length, 8 * 2 * 3)
})

test('the example of every key is one', () => {
  const rows = new Map([...page.matchAll(/^\| `(?<key>\w+)` \|.*\| `(?<example>[^|]+)` \|$/gm)].map(({ groups }) => [groups?.['key'] ?? '', groups?.['example'] ?? '']))
  const keys = Object.keys(wholeExperimentDocument.shape)
  assert.equal([...rows.keys()], keys)
  for (const key of keys) {
    const others = ['name: x', 'arms: { A: { cc: reno }, B: { cc: cubic } }', 'path: { rate: 1mbit, rtt: 0 }', 'workload: [{ bulk: { flows: 2, seconds: 1 } }]']
    const lines = [rows.get(key) ?? '', ...others.filter((line) => !line.startsWith(`${key}:`))]
    assert.ok(read(`${lines.join('\n')}\n`).scenarios.length > 0, key)
  }
})

test('the errors that it shows are those that come', () => {
  const [wrongRate = '', wrongGate = ''] = (blocksOf(page).find(({ language }) => language === 'text')?.text ?? '').split('\n')
  const message = (from: string, to: string): string => {
    try {
      read(shown.replace(from, to))
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
    return ''
  }
  assert.ok(message('500mbit', '500mbits').startsWith(wrongRate), message('500mbit', '500mbits'))
  assert.is(message('B.rtt.p99', 'B.rtt.p98'), wrongGate)
})

test.run()
