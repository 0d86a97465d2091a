import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('docs/parity.md')

const root = new URL('../../..', import.meta.url)
const page = readFileSync(new URL('docs/parity.md', root), 'utf8')
const rows = page.split('\n').filter((line) => /^\| (?!feature|---)/.test(line))

test('every test that it names is there', () => {
  const named = rows.flatMap((row) => row.match(/\S+\.test\.ts/g) ?? [])
  assert.ok(named.length > 0)
  assert.equal(named.filter((file) => !existsSync(new URL(`test/${file}`, root))), [])
})

test('a row that claims something names its proof', () => {
  const unproven = rows.filter((row) => {
    const [, , works = '', proof = ''] = row.split('|').map((cell) => cell.trim())
    return works !== 'no' && proof === ''
  })
  assert.equal(unproven, [])
})

test.run()
