import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { ccdk, startCcdk } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { demoLeftNothing, descendants, isAvailable, isRunning, sweepDemo } from '../support/demo.ts'

const test = suite('the end of a demo', [needs.root, needs.structOps])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('examples')
})
test.after.each(sweepDemo)
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

/** Moments from before the first line to near the end, and how the person or the system ends it. */
const endings = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.8, 1, 1.3, 1.6, 1.9, 2.2].map((seconds, index) => ({
  // Not the same moments each time.
  seconds: seconds + Math.random() / 20,
  signal: index % 3 === 2 ? ('SIGTERM' as const) : ('SIGINT' as const),
  twice: index % 4 === 3,
}))

for (const { seconds, signal, twice } of endings) {
  test(`${twice ? 'two ' : ''}${signal} to its process group after ${seconds.toFixed(3)} s`, async () => {
    const { subprocess, pid } = startCcdk(['demo', '--seconds', '0.8'])
    await sleep(1000 * seconds)
    const children = descendants(pid)
    for (let times = twice ? 2 : 1; times > 0; times -= 1) if (isRunning(pid)) process.kill(-pid, signal)
    const { exitCode, signal: killed, stderr } = await subprocess
    const code = signal === 'SIGINT' ? 130 : 143
    // Before the command has begun it has nothing to undo, and the signal ends it by itself.
    assert.ok(exitCode === code || killed === signal || exitCode === 0, `exit ${exitCode}: ${stderr}`)
    assert.is(stderr, '')
    await demoLeftNothing(pid, children)
  })
}

test('killed, it leaves a registration, which the next one takes away', async () => {
  const { subprocess, pid } = startCcdk(['demo', '--seconds', '20'])
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  const children = descendants(pid)
  assert.is(children.length, 2)
  process.kill(pid, 'SIGKILL')
  await subprocess
  await until(() => !children.some(isRunning), 'its processes have ended')
  assert.ok(isAvailable('bpf_dctcp'))
  const next = await ccdk(['demo', '--seconds', '0.3'])
  assert.is(next.exitCode, 0)
  assert.match(next.stderr, /^undid the registration of map \d+ "demo_\d+", which ccdk demo \(process \d+\) left when it was killed$/m)
  assert.match(next.stdout, 'Nothing is left behind.')
  await demoLeftNothing(pid, [])
})

test.run()
