import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { flowPlans, type Item, meanSize, parseSizes, readShippedSizes, resolveWorkload, shareAtMost, shippedSizes, workloadDocument, workloadSchema } from '../../../src/experiment/index.ts'
import { readDocument } from '../../../src/spec/index.ts'
import { blocksOf } from '../../support/markdown.ts'

const test = suite('docs/workloads.md')
const page = readFileSync(join(import.meta.dirname, '../../../docs/workloads.md'), 'utf8')
const ownSizes = blocksOf(page).find(({ language }) => language === 'sizes')?.text ?? ''

function resolved(text: string): Item[] {
  const { value, error } = readDocument(workloadDocument, { text, file: 'lab.yaml' })
  const network = { rates: { forward: 1e9, reverse: 1e9 }, clients: 2, servers: 2, arms: ['old', 'new'] }
  return resolveWorkload(value.workload, { ...network, error, readFile: () => ownSizes }, ['workload'])
}
const isPlanned = (items: readonly Item[]): boolean => {
  const planned = new Set([...flowPlans(items, 1)].map(({ workload }) => workload))
  return items.every((_, index) => planned.has(index))
}

test('every workload that it shows makes flows of each item', () => {
  const workloads = blocksOf(page).filter(({ language }) => language === 'yaml')
  assert.is(workloads.length, 5)
  for (const { text } of workloads) assert.ok(isPlanned(resolved(text)), text)
})

const rows = [...page.matchAll(/^\| `(?<key>\w+)` \|(?<between>.*)\| `(?<example>[^|]+)` \|$/gm)].map(({ groups }) => groups ?? {})

for (const { key = '', example = '' } of rows) {
  test(`the example of ${key}`, () => {
    assert.ok(example.startsWith(`${key}: `))
    const kind = example.includes('{') ? '' : '  bulk: { seconds: 1 }\n'
    assert.ok(isPlanned(resolved(`workload:\n- ${example}\n${kind}`)))
  })
}

test('it has every key, and of each kind those that it takes', () => {
  const item = workloadSchema.element.shape
  for (const [key, schema] of Object.entries(item)) {
    const row = rows.find((each) => each['key'] === key)
    assert.ok(row !== undefined, key)
    const inner = 'unwrap' in schema ? schema.unwrap() : undefined
    const shape = inner !== undefined && 'shape' in inner ? Object.keys(inner.shape) : []
    for (const option of shape) assert.ok(option === 'seconds' || row?.['between']?.includes(`\`${option}\``), `${key}: ${option}`)
  }
})

test('the figures of the sizes are theirs', () => {
  for (const name of shippedSizes) {
    const sizes = readShippedSizes(name)
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? ''
    assert.ok(row.endsWith(`| ${(meanSize(sizes) / 1e6).toFixed(2)} MB | ${Math.floor(shareAtMost(sizes, 10_240) * 100)} % |`), row)
  }
  assert.is(meanSize(parseSizes({ text: ownSizes, file: 'own.txt' })), 500 + 0.4 * 5500 + 0.1 * 30_000)
})

test('the errors that it shows are those that come', () => {
  const lines = (blocksOf(page).find(({ language }) => language === 'text')?.text ?? '').split('\n')
  const message = (text: string) => {
    try {
      resolved(text)
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
    return ''
  }
  assert.equal([message('workload:\n  - blk: { seconds: 10 }\n'), message('workload:\n  - bulk: { seconds: 10s }\n')], lines.slice(0, 2))
})

test.run()
