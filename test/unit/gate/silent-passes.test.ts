/** All of these exit 0 under uvu alone. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runGate } from '../../support/run-gate.ts'

const test = suite('the gate fails')

/** What each fixture does, what the report says about it, and its closing line. */
const cases = [
  ['a file that forgets test.run()', 'forgotten-run', '"is never run": never ran: test.run() is missing', '0 passed, 1 failed, 0 skipped'],
  ['one suite of two that is not run', 'second-suite-forgotten', '"second: is never run": never ran: test.run() is missing', '1 passed, 1 failed, 0 skipped'],
  ['a before hook that throws', 'before-throws', 'a hook failed: before: the bench is not there', '0 passed, 2 failed, 0 skipped'],
  ['a before.each hook that throws', 'before-each-throws', 'a hook failed: before.each of "second": cannot set up', '1 passed, 2 failed, 0 skipped'],
  ['a test that throws what is no Error', 'throws-no-error', `"throws a string": threw what is not an Error: 'just words'`, '1 passed, 2 failed, 0 skipped'],
  ['an after.each hook that throws', 'after-each-throws', 'a hook failed: after.each of "is clean itself": cannot clean up', '1 passed, 1 failed, 0 skipped'],
  ['an after hook that throws', 'after-throws', 'a hook failed: after: cannot tear down', '1 passed, 2 failed, 0 skipped'],
  ['test.only', 'only', '"runs alone": test.only leaves the other tests out', '1 passed, 1 failed, 0 skipped'],
  ['a test that is declared too late', 'declares-too-late', '"is never run": never ran', '1 passed, 1 failed, 0 skipped'],
  ['a file without a test', 'is-empty', 'the file declares no test', '0 passed, 1 failed, 0 skipped'],
  ['a file that only prints what uvu prints', 'forges', 'the file declares no test', '0 passed, 1 failed, 0 skipped'],
] as const

for (const [what, fixture, complaint, closing] of cases) {
  test(what, async () => {
    const result = await runGate([`unit/${fixture}.test.ts`])
    assert.match(result.stdout, complaint)
    assert.is(result.closing, closing)
    assert.is(result.exitCode, 1)
  })
}

test('when no file fits', async () => {
  const { stderr, closing, exitCode } = await runGate(['no-such-file'])
  assert.match(stderr, 'no test file of unit, kernel, tui, browser fits "no-such-file"')
  assert.is(closing, '0 passed, 1 failed, 0 skipped')
  assert.is(exitCode, 1)
})

test('when one filter of two fits nothing', async () => {
  const { stderr, exitCode } = await runGate(['unit/passes', 'unit/pases'])
  assert.match(stderr, 'fits "unit/pases"')
  assert.is(exitCode, 1)
})

test('when a kind has no file', async () => {
  const { stderr, exitCode } = await runGate(['kernel'])
  assert.match(stderr, 'there is no test file of kernel')
  assert.is(exitCode, 1)
})

test('but not a file whose tests pass', async () => {
  const { closing, exitCode } = await runGate(['unit/passes.test.ts'])
  assert.is(closing, '2 passed, 0 failed, 0 skipped')
  assert.is(exitCode, 0)
})

test.run()
