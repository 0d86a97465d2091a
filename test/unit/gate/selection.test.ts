import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { limitOf } from '../../gate/directive.ts'
import { parseOptions } from '../../gate/options.ts'
import { runGate } from '../../support/run-gate.ts'

const test = suite('selecting tests')

test('takes every kind but vm and validation, unless kinds are named', () => {
  assert.equal(parseOptions([], {})?.kinds, ['unit', 'kernel', 'tui', 'browser'])
  assert.equal(parseOptions(['vm', 'unit'], {})?.kinds, ['unit', 'vm'])
})

test('takes what names no kind for a part of a path', () => {
  const options = parseOptions(['kernel', 'structops', '--timeout', '5'], { CCDK_REQUIRE: '1' })
  assert.equal(options?.filters, ['structops'])
  assert.is(options?.limitMs, 5000)
  assert.is(options?.strict, true)
})

test('refuses a limit that is no positive number, and an option it does not know', () => {
  assert.throws(() => parseOptions(['--timeout', 'soon'], {}), /--timeout takes a positive number, not "soon"/v)
  assert.throws(() => parseOptions(['--jobs', '0'], {}), /--jobs takes a positive number/v)
  assert.throws(() => parseOptions(['--fast'], {}), /--fast/v)
})

test('explains itself', async () => {
  const { stdout, exitCode } = await runGate(['--help'])
  assert.match(stdout, 'Usage: npm test -- [KIND…]')
  assert.is(exitCode, 0)
})

test('fails for test files that would never run', async () => {
  const { stderr, closing, exitCode } = await runGate([], { directory: 'gate-strays' })
  assert.match(stderr, 'these test files would never run: integration.test.ts, unit/component.test.tsx')
  assert.is(closing, '0 passed, 1 failed, 0 skipped')
  assert.is(exitCode, 1)
})

test('reads the time limit in the first line', () => {
  assert.is(limitOf('x.test.ts', "// gate: timeout 300s\nimport 'uvu'\n"), 300_000)
  assert.is(limitOf('x.test.ts', "import 'uvu'\n"), undefined)
})

test('refuses a gate comment that would do nothing', () => {
  assert.throws(() => limitOf('x.test.ts', '// gate: timeot 300s\n'), /does not understand "\/\/ gate: timeot 300s"/v)
  assert.throws(() => limitOf('x.test.ts', "import 'uvu'\n// gate: timeout 300s\n"), /must be the first line/v)
})

test.run()
