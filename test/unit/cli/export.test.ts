import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { ccdk, documentOf, errorOf } from '../../support/ccdk.ts'
import { storeMadeUp } from '../../support/made-up-experiment.ts'
import { suite } from '../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/tmp.ts'

const test = suite('ccdk export')

let directory: TemporaryDirectory
let run: string

test.before(() => {
  directory = temporaryDirectory()
  run = join(directory.path, 'run')
  storeMadeUp(run, { blocks: 1 })
})
test.after(() => directory[Symbol.dispose]())

test('one table goes to stdout', async () => {
  const { stdout, stderr, exitCode } = await ccdk(['export', run, '--table', 'trials'])
  assert.equal([exitCode, stderr], [0, ''])
  assert.is(stdout.split('\n').length, 1 + 6 + 1)
})

test('all of them become files, in the place of older ones', async () => {
  const out = join(directory.path, 'out')
  const args = ['--json', 'export', run, '--format', 'ndjson', '-o', out]
  await ccdk(args)
  writeFileSync(join(out, 'trials.ndjson'), 'old')
  const { files } = await documentOf<{ files: { table: string; file: string }[] }>(ccdk(args))
  assert.equal(files.map(({ file }) => file).toSorted(), readdirSync(out).map((name) => join(out, name)).toSorted())
  assert.is(readFileSync(join(out, 'trials.ndjson'), 'utf8').trimEnd().split('\n').length, 6)
})

test('what is asked wrongly is told', async () => {
  const cases: [string[], string, RegExp][] = [
    [[run, '--table', 'metric'], 'usage', /no table "metric"/],
    [[directory.path], 'syscall', /ENOENT/],
    [[run, '-o', join(run, 'spec.yaml')], 'usage', /cannot make/],
  ]
  for (const [args, code, message] of cases) {
    const error = errorOf(await ccdk(['--json', 'export', ...args]))
    assert.is(error.code, code)
    assert.match(error.message, message)
  }
})

test.run()
