import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import type { RunFound } from '../../../src/journal/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, startCcdk } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { exampleFile } from '../support/algorithm.ts'
import { demoLeftNothing, demoNames, descendants, isAvailable, isRunning, sweepDemo } from '../support/demo.ts'
import { assertGone } from '../support/gone.ts'

const test = suite('ccdk cleanup', [needs.root, needs.structOps])

interface Document {
  directory: string
  dryRun: boolean
  runs: RunFound[]
  refused: { path: string; reason: string }[]
}

/** The journals are the test's own, so that what others clean up meanwhile does not disturb it. */
const place = temporaryDirectory()
const directory = join(place.path, 'journal')
mkdirSync(directory, { mode: 0o700 })
const settings = { env: { CCDK_JOURNAL: directory } }
const cleanup = (...options: readonly string[]) => ccdk(['cleanup', ...options], settings)

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('examples')
})
test.after.each(sweepDemo)
test.after(async () => {
  place[Symbol.dispose]()
  await lock?.[Symbol.asyncDispose]()
})

test('a demo that is killed at any moment: nothing of it is left', async () => {
  await assertGone(demoNames, async (look) => {
    const outcomes: number[] = []
    for (const seconds of [0.2, 0.4, 0.6, 0.8, 1, 1.3, 1.6, 2, 2.4, null]) {
      const { subprocess, pid } = startCcdk(['demo', '--seconds', '0.8'], settings)
      if (seconds === null) await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
      else await sleep(1000 * (seconds + Math.random() / 5))
      const children = isRunning(pid) ? descendants(pid) : []
      subprocess.kill('SIGKILL')
      await subprocess
      look()
      const { runs, refused } = await documentOf<Document>(cleanup('--json'))
      assert.equal(refused, [])
      const things = runs.flatMap((run) => run.things)
      assert.ok(things.every(({ outcome }) => outcome === 'undone'))
      outcomes.push(things.length)
      await demoLeftNothing(pid, children)
      assert.equal(readdirSync(directory), [])
    }
    assert.ok(outcomes.every((things) => things <= 1))
    assert.is(outcomes.at(-1), 1)
  })
})

test('it says what goes on, what it would undo, and what it has undone', async () => {
  const { subprocess, pid } = startCcdk(['demo', '--seconds', '20'], settings)
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  const running = await cleanup()
  assert.is(running.exitCode, 0)
  assert.match(running.stdout, new RegExp(`^ccdk demo \\(process ${pid}, begun .*\\) is running, and what it made is left alone$`, 'm'))
  assert.match(running.stdout, new RegExp(`^ {2}left {2}registration of map \\d+ "demo_${pid}"$`, 'm'))
  assert.ok(isAvailable('bpf_dctcp'))

  subprocess.kill('SIGKILL')
  await subprocess
  const dry = await cleanup('--dry-run')
  assert.match(dry.stdout, new RegExp(`^ccdk demo \\(process ${pid}, begun .*\\) was killed\n {2}to undo {2}registration of map \\d+ "demo_${pid}"\n$`))
  assert.ok(isAvailable('bpf_dctcp'))

  const done = await cleanup()
  assert.match(done.stdout, new RegExp(`was killed\n {2}undone {2}registration of map \\d+ "demo_${pid}"\n$`))
  assert.is(done.exitCode, 0)
  assert.not.ok(isAvailable('bpf_dctcp'))
  const again = await cleanup()
  assert.equal([again.exitCode, again.stdout, again.stderr], [0, 'no command that was killed has left anything\n', ''])
})

test('what was unregistered and registered again by somebody else is theirs', async () => {
  const { subprocess } = startCcdk(['demo', '--seconds', '20'], settings)
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  subprocess.kill('SIGKILL')
  await subprocess
  await ccdk(['unregister', 'bpf_dctcp'])
  await ccdk(['register', exampleFile('bpf_dctcp')])
  const { runs } = await documentOf<Document>(cleanup('--json'))
  assert.equal(runs, [])
  assert.ok(isAvailable('bpf_dctcp'))
})

test('what registers to stay is no leaving', async () => {
  assert.is((await ccdk(['register', exampleFile('bpf_cubic')], settings)).exitCode, 0)
  assert.is((await cleanup()).exitCode, 0)
  assert.ok(isAvailable('bpf_cubic'))
})

test('a journal that is not believed stays, and is told; exit 1', async () => {
  const path = join(directory, '0123456789.journal')
  writeFileSync(path, '{"journal":1,"run":"../../../etc"}\n', { mode: 0o600 })
  const { exitCode, stderr } = await cleanup()
  assert.is(exitCode, 1)
  assert.match(stderr, `ccdk: the journal ${path}: ${path}: line 1: it should hold the owner of the journal`)
  const json = await cleanup('--json')
  assert.is(json.exitCode, 1)
  assert.equal((await documentOf<Document>({ ...json, stderr: '' })).refused.map((one) => one.path), [path])
  chmodSync(directory, 0o777)
  const open = await cleanup()
  assert.is(open.exitCode, 2)
  assert.match(open.stderr, `${directory} is open to others (mode 777), and nothing that it says is believed`)
  chmodSync(directory, 0o700)
})

test('without privileges it says whose leavings it knows', async () => {
  using state = temporaryDirectory()
  chmodSync(state.path, 0o777)
  const { exitCode, stderr } = await ccdkUnprivileged(['cleanup'], { env: { XDG_STATE_HOME: state.path, CCDK_JOURNAL: join(state.path, 'journal') } })
  assert.is(exitCode, 0)
  // Who has no right to read this checkout stays root by name.
  if (stderr !== '') assert.match(stderr, `only what your own commands left is known, by the journals in ${state.path}/`)
})

test.run()
