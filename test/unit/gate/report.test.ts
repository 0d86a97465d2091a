import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fileReport, skipReport, timeReport } from '../../gate/report.ts'
import { runGate } from '../../support/run-gate.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('the report')

const run = { passed: 0, failures: [], skips: [], output: '', durationMs: 0 }

test('shows what a failed file printed, and no control characters', async () => {
  const { stdout, closing } = await runGate(['unit/prints-garbage.test.ts'])
  assert.match(stdout, '✘ unit/prints-garbage.test.ts  1 passed, 1 failed')
  assert.match(stdout, '"fails": so that the output is shown')
  assert.match(stdout, /\| .* 9 failed/v)
  assert.not.match(stdout, /[^\P{Cc}\n]/v)
  assert.is(closing, '1 passed, 1 failed, 0 skipped')
})

test("shows uvu's difference between two values", async () => {
  const { stdout } = await runGate(['unit/differs.test.ts'])
  assert.match(stdout, /Actual:\n.+"cwnd":·10\n.+Expected:\n.+"cwnd":·20\n/v)
})

test('shows the end of what a file printed without end', async () => {
  const { stdout } = await runGate(['unit/floods.test.ts'])
  assert.match(stdout, /it printed:\n {4}\| \(\d+ lines omitted\)\n/v)
  assert.match(stdout, 'line 199999 of many')
})

test('keeps the last 200 lines of a long output', () => {
  const output = Array.from({ length: 250 }, (_, index) => `line ${index}`).join('\n')
  const lines = fileReport('a', { ...run, output, failures: [{ test: '', message: 'wrong' }] }, false).split('\n')
  assert.equal(lines.slice(0, 5), ['✘ a  1 failed', '    wrong', '    it printed:', '    | (50 lines omitted)', '    | line 50'])
  assert.is(lines.at(-1), '    | line 249')
})

test('shows what a passing file printed only with --verbose', () => {
  const passing = { ...run, passed: 1, output: 'hello\n' }
  assert.is(fileReport('a', passing, false), '• a  1 passed')
  assert.is(fileReport('a', passing, true), '• a  1 passed\n    it printed:\n    | hello')
})

test('names each reason for a skip once', () => {
  const skip = { test: 'x', reason: 'it needs root', lackedByReference: false }
  const runs = new Map([
    ['b', { ...run, skips: [skip, skip] }],
    ['a', { ...run, skips: [skip] }],
  ])
  assert.equal(skipReport(runs), ['skipped 3: it needs root (a, b)'])
})

test('puts the slowest file first', () => {
  const runs = new Map([
    ['fast', { ...run, durationMs: 10 }],
    ['slow', { ...run, durationMs: 12_345 }],
  ])
  assert.equal(timeReport(runs), ['   12.35 s  slow', '    0.01 s  fast'])
})

test('tells what passed only at its second try', async () => {
  using directory = temporaryDirectory()
  const unsteady = (file: string, triesAgain: boolean) =>
    runGate(['unit/unsteady.test.ts'], { triesAgain, env: { UNSTEADY: join(directory.path, file) } })
  const twice = await unsteady('a', true)
  assert.equal([twice.closing, twice.exitCode], ['1 passed, 0 failed, 0 skipped', 0])
  assert.match(twice.stdout, 'unsteady: unit/unsteady.test.ts passed only at its second try; at first failed "fails once"')
  assert.match(twice.stdout, '"fails once": the machine was busy')
  const once = await unsteady('b', false)
  assert.equal([once.closing, once.exitCode], ['0 passed, 1 failed, 0 skipped', 1])
})

test('fails what fails at its second try too', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/differs.test.ts'], { triesAgain: true })
  assert.equal([closing, exitCode], ['0 passed, 1 failed, 0 skipped', 1])
  assert.not.match(stdout, 'unsteady')
})

test.run()
