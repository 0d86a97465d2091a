/** However a test process ends: only the one that runs out of work has ended well. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runGate } from '../../support/run-gate.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('the gate fails a test file')

const cases = [
  ['that calls process.exit(0) in a test', 'exits-in-a-test', '"leaves": never ended', '1 passed, 2 failed, 0 skipped'],
  ['that calls process.exit(0) before its tests', 'exits-before-all', 'ended by process.exit()', '0 passed, 1 failed, 0 skipped'],
  ['that calls process.exit(0) after its tests', 'exits-after-all', 'ended by process.exit()', '1 passed, 1 failed, 0 skipped'],
  ['that calls process.exit(0), whatever its child processes do', 'forks', 'ended by process.exit()', '1 passed, 1 failed, 0 skipped'],
  ['that exits with another code', 'exit-code', 'the process exited with 3', '1 passed, 1 failed, 0 skipped'],
  ['that throws before its tests', 'crashes-before-all', 'nothing caught: Error: the file itself is broken', '0 passed, 2 failed, 0 skipped'],
  ['with a floating rejection', 'floating-rejection', 'nothing caught: Error: nobody waits for me', '0 passed, 2 failed, 0 skipped'],
  ['with a rejection after its tests', 'late-rejection', 'nothing caught: Error: too late', '1 passed, 1 failed, 0 skipped'],
  ['that waits for what nothing can bring', 'never-settles', 'never ended', '0 passed, 1 failed, 0 skipped'],
  ['that a signal kills', 'killed', 'the process was killed by SIGKILL', '0 passed, 2 failed, 0 skipped'],
  ['that stays when its tests have ended', 'holds-open', 'its tests had ended, but it holds open: TCPServerWrap', '1 passed, 1 failed, 0 skipped'],
] as const

for (const [what, fixture, complaint, closing] of cases) {
  test(what, async () => {
    const result = await runGate([`unit/${fixture}.test.ts`])
    assert.match(result.stdout, complaint)
    assert.is(result.closing, closing)
    assert.is(result.exitCode, 1)
  })
}

/** Whether the process still runs that the fixture says it started. */
function childRuns(stdout: string): boolean {
  const pid = /child (?<pid>\d+)/v.exec(stdout)?.groups?.['pid']
  assert.ok(pid, 'the fixture names its child')
  try {
    // A process that was killed and not yet waited for has no command line any more.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}

test('that hangs, and kills what it started', async () => {
  const { stdout, closing, exitCode } = await runGate(['unit/hangs.test.ts'])
  assert.match(stdout, '"waits for what never comes": was running when the time was up')
  assert.match(stdout, 'ran into the time limit of 2 s')
  assert.is(closing, '0 passed, 3 failed, 0 skipped')
  assert.is(exitCode, 1)
  assert.not.ok(childRuns(stdout))
})

test('that leaves a daemon behind, and kills the daemon', async () => {
  const { stdout, exitCode } = await runGate(['unit/leaves-a-process.test.ts'])
  assert.match(stdout, /left processes behind: \d+ \(sleep 1000\)/v)
  assert.is(exitCode, 1)
  assert.not.ok(childRuns(stdout))
})

test('by the limit of --timeout when it sets none', async () => {
  const { stdout } = await runGate(['unit/never-settles.test.ts', 'unit/hangs.test.ts', '--timeout', '0.001'])
  assert.match(stdout, 'ran into the time limit of 0.001 s')
  assert.match(stdout, 'ran into the time limit of 2 s')
})

test('that is running when the gate is interrupted, and kills it', async () => {
  using directory = temporaryDirectory()
  const started = join(directory.path, 'started')
  const interrupt = new AbortController()
  const run = runGate(['unit/waits.test.ts'], { env: { STARTED: started }, cancelSignal: interrupt.signal })
  while (!existsSync(started)) await sleep(20)
  interrupt.abort()
  const { exitCode, stdout } = await run
  assert.match(stdout, 'the process was killed by SIGKILL')
  assert.is(exitCode, 143)
})

test.run()
