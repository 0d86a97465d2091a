import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runGate } from '../../support/run-gate.ts'

const test = suite('skips')

test('are listed with their reason and the number of tests', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/skips-installable.test.ts', 'unit/passes.test.ts'])
  assert.match(stdout, 'skipped 2: the cable is not plugged in (unit/skips-installable.test.ts)')
  assert.is(closing, '2 passed, 0 failed, 2 skipped')
  assert.is(exitCode, 0)
})

test('alone are no run', async () => {
  const { stderr, closing, exitCode } = await runGate(['unit/skips-installable.test.ts'])
  assert.match(stderr, 'no test ran')
  assert.is(closing, '0 passed, 0 failed, 2 skipped')
  assert.is(exitCode, 1)
})

test('fail under CCDK_REQUIRE=1', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/skips-installable.test.ts', 'unit/passes.test.ts'], {
    env: { CCDK_REQUIRE: '1' },
  })
  assert.match(stdout, '"over the cable: sends": may not be skipped here: the cable is not plugged in')
  assert.is(closing, '2 passed, 2 failed, 0 skipped')
  assert.is(exitCode, 1)
})

test('are accepted under CCDK_REQUIRE=1 where the reference kernel lacks it too', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/skips-inherent.test.ts'], { env: { CCDK_REQUIRE: '1' } })
  assert.match(stdout, 'skipped 1: this kernel refuses fentry programs (unit/skips-inherent.test.ts)')
  assert.is(closing, '1 passed, 0 failed, 1 skipped')
  assert.is(exitCode, 0)
})

test('fail without a reason', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/skips-silently.test.ts'])
  assert.match(stdout, '"is put off": skipped without a reason')
  assert.is(closing, '1 passed, 1 failed, 0 skipped')
  assert.is(exitCode, 1)
})

test.run()
