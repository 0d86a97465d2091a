import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { commandsPage } from '../../../scripts/commands-page.ts'
import { metricsPage } from '../../../scripts/metrics-page.ts'
import { topKeysPage } from '../../../scripts/top-keys-page.ts'
import { validationPage } from '../../../scripts/validation-page.ts'
import { suite } from '../../support/needs.ts'

const test = suite('the pages')

const root = join(import.meta.dirname, '../../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

test('docs/commands.md is what npm run docs would write', async () => {
  assert.is(read('docs/commands.md'), await commandsPage())
})

test('docs/top-keys.md is what npm run docs would write', () => {
  assert.is(read('docs/top-keys.md'), topKeysPage())
})

test('docs/metrics.md is what npm run docs would write', () => {
  assert.is(read('docs/metrics.md'), metricsPage())
})

test('docs/validation.md is what npm run docs would write of the figures in docs/validation', () => {
  assert.is(read('docs/validation.md'), validationPage())
})

test('docs/errors.md has every row of the table of errors, and no other', () => {
  const table = [...read('src/errors/report.ts').matchAll(/\{ type: (\w+), exit: (\d+), code: '([\w-]+)' \}/g)]
  const rows = [...read('docs/errors.md').matchAll(/^\| (\d+) \| `([\w-]+)` \| .* \| `(\w+)` \|$/gm)]
  assert.ok(table.length >= 8)
  assert.equal(
    rows.map(([, exit, code, type]) => `${type} ${exit} ${code}`).toSorted(),
    table.map(([, type, exit, code]) => `${type} ${exit} ${code}`).toSorted(),
  )
})

for (const page of ['README.md', ...globSync('docs/*.md', { cwd: root })]) {
  test(`${page}: what it links to is there`, () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    for (const link of links) assert.ok(existsSync(join(root, dirname(page), link)), link)
  })
}

test.run()
