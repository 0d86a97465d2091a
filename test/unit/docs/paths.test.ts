import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pathSchemaFile } from '../../../scripts/path-schema.ts'
import { pathDocument, readDocument, type ResolvedPath, resolvePath, pathSchema } from '../../../src/spec/index.ts'
import { blocksOf } from '../../support/markdown.ts'

const test = suite('docs/paths.md')
const docs = join(import.meta.dirname, '../../../docs')
const page = readFileSync(join(docs, 'paths.md'), 'utf8')

function resolved(text: string): ResolvedPath {
  const { value, error } = readDocument(pathDocument, { text, file: 'lab.yaml' })
  return resolvePath(value.path, { error, readFile: () => '1\n2\n' }, ['path'])
}

test('docs/path.schema.json is what npm run docs would write', () => {
  assert.is(readFileSync(join(docs, 'path.schema.json'), 'utf8'), pathSchemaFile())
})

test('every path that it shows can be had', () => {
  const paths = blocksOf(page).filter(({ language }) => language === 'yaml')
  assert.ok(paths.length >= 7)
  for (const { text } of paths) assert.ok(resolved(text).links.length > 0)
})

const rows = [...page.matchAll(/^\| `(?<key>\w+)` \|.*\| `(?<example>[^|]+)` \|$/gm)].map(({ groups }) => groups ?? {})

for (const { key = '', example = '' } of rows) {
  test(`the example of ${key}`, () => {
    assert.match(example, new RegExp(`\\b${key}\\b`))
    const rest = ['rate: 100mbit', 'rtt: 20ms'].filter((line) => !example.startsWith(line.slice(0, 4)) && !(example.startsWith('delay') && line.startsWith('rtt')))
    assert.ok(resolved(`path:\n${[example, ...rest].map((line) => `  ${line}\n`).join('')}`).links.length > 0)
  })
}

test('it has every key', () => {
  const shown = new Set([...rows.map(({ key }) => key), 'links', 'middle'])
  const queue = pathSchema.shape.queue.unwrap()
  for (const key of [...Object.keys(pathSchema.shape), ...Object.keys(queue.shape)]) assert.ok(shown.has(key), key)
})

test('the errors that it shows are those that come', () => {
  const [wrongKey = '', wrongRate = ''] = (blocksOf(page).find(({ language }) => language === 'text')?.text ?? '').split('\n')
  const message = (text: string) => {
    try {
      resolved(text)
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
    return ''
  }
  assert.is(message('path:\n  rate: 100mbit\n  rttt: 10ms\n'), wrongKey)
  assert.ok(message('path:\n  rate: 100mbits\n  rtt: 10ms\n').startsWith(wrongRate))
})

test.run()
