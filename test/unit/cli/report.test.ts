import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { storeMadeUp } from '../../support/made-up-experiment.ts'
import { suite } from '../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk report')

let directory: TemporaryDirectory
let run: string

test.before(() => {
  directory = temporaryDirectory()
  run = join(directory.path, 'run')
  storeMadeUp(run, { blocks: 6, hz: 2 })
})
test.after(() => directory[Symbol.dispose]())

test('writes the page into the directory, or where it is wanted', async () => {
  const { stdout, stderr, exitCode } = await ccdk(['report', run])
  assert.equal([exitCode, stderr, stdout], [0, '', `${join(run, 'report.html')}\n`])
  const page = readFileSync(join(run, 'report.html'), 'utf8')
  assert.match(page, /B against A: better in [1-9]/)
  assert.match(page, /new IntersectionObserver/)
  const elsewhere = join(directory.path, 'page.html')
  assert.equal(await documentOf<object>(ccdk(['--json', 'report', run, '-o', elsewhere])), { schemaVersion: 1, file: elsewhere })
  assert.ok(existsSync(elsewhere))
})

test('what is no experiment is told', async () => {
  assert.match(errorOf(await ccdk(['--json', 'report', directory.path])).message, /ENOENT/)
  assert.match(errorOf(await ccdk(['--json', 'report', run, '-o', join(directory.path, 'no/page.html')])).message, /ENOENT/)
})

test.run()
