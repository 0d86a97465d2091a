// gate: timeout 240s
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { availableCongestion, LinuxTarget } from '../../../src/kernel/index.ts'
import { listStructOps, unregister } from '../../../src/structops/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import { assertNothingLeft } from '../../support/leaks.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { exampleFile } from '../support/algorithm.ts'

const test = suite('ccdk demo', [needs.root, needs.structOps, needs.bpftool])

const names = ['bpf_dctcp', 'bpf_cubic']

/** The algorithms of the demo have names that belong to the machine: what a test leaves must not spoil the next. */
test.after.each(() => {
  using target = new LinuxTarget()
  for (const entry of listStructOps(target)) {
    if (entry.registered && names.includes(entry.name ?? '')) unregister(target, entry)
  }
})

const isAvailable = (name: string): boolean => availableCongestion().includes(name)

/** The processes that a process has started, and those that they have. */
function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid)
    .map(Number)
  return [...children, ...children.flatMap(descendants)]
}

function parentOf(pid: string): number | undefined {
  try {
    // ABI: proc_pid_stat(5): behind the name, which may hold anything, come the state and the parent.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return Number(parent)
  } catch {
    return undefined
  }
}

/** A process that has ended and waits to be collected is none any more. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('it goes from the check to the result, in lines that fit a small terminal', async () => {
  await assertNothingLeft(async () => {
    const { exitCode, stdout, stderr } = await ccdk(['demo', '--seconds', '0.6'])
    assert.is(stderr, '')
    assert.is(exitCode, 0)
    const steps = [
      /^1 {2}Check the objects against the types of Linux /m,
      /^14 matched, 0 skipped, 4 only in the kernel, 0 mismatches$/m,
      /^2 {2}bpf_dctcp: register it, send with it, unregister it$/m,
      /^registered as map \d+, kept alive by the kernel, until it is unregistered$/m,
      /^ +0\.\d\d s +inuse +6 +5 +[\d.]+ Gbit\/s +[\d.]+ ms +[\d,]+$/m,
      /^ +in_ack_event +bpf_dctcp_in_ack_event +\d+ +[\d,]*\d\d\d +\d+$/m,
      /^registered, connections open: {3}inuse, refcnt 6$/m,
      /^unregistered, connections open: tobefree, refcnt 5$/m,
      /^connections closed: {13}gone$/m,
      /^3 {2}bpf_cubic: /m,
      /^ +cong_avoid +bpf_cubic_cong_avoid +\d+ +[\d,]*\d\d\d +\d+$/m,
      /^unregistered, connections open: tobefree, refcnt 5$/m,
      /^4 {2}Result: /m,
      /^bpf_dctcp +2 +[\d.]+ [GM]B +[\d.]+ Gbit\/s .* yes$/m,
      /^bpf_cubic +2 +[\d.]+ [GM]B +[\d.]+ Gbit\/s .* no$/m,
      /^Nothing is left behind\.$/m,
    ]
    let rest = stdout
    for (const step of steps) {
      const found = step.exec(rest)
      assert.ok(found, `${step} in:\n${rest}`)
      rest = rest.slice(found.index + found[0].length)
    }
    assert.equal(
      stdout.split('\n').filter((line) => line.length > 80),
      [],
    )
    assert.not.match(stdout, '\u001B')
  })
})

test('under --json it is one document', async () => {
  const document = await documentOf<{
    schemaVersion: number
    checks: { compatible: boolean }[]
    algorithms: {
      name: string
      result: { bytes: number; goodput: number; flows: { info: { tcpi_bytes_acked: string } }[] }
      lastSeen: { state: string; sockets: number; members: { runCount: string }[] }
      retirement: { state: string }[]
    }[]
    leftBehind: string[]
  }>(ccdk(['demo', '--seconds', '0.6', '--flows', '1', '--json']))
  assert.is(document.schemaVersion, 1)
  assert.equal(
    document.checks.map(({ compatible }) => compatible),
    [true, true],
  )
  assert.equal(
    document.algorithms.map(({ name }) => name),
    names,
  )
  for (const { result, lastSeen, retirement } of document.algorithms) {
    assert.ok(result.bytes > 1_000_000 && result.goodput > 1_000_000)
    assert.match(result.flows[0]?.info.tcpi_bytes_acked ?? '', /^\d+$/)
    assert.is(lastSeen.state, 'inuse')
    assert.is(lastSeen.sockets, 3)
    assert.ok(lastSeen.members.some(({ runCount }) => Number(runCount) > 0))
    assert.equal(
      retirement.map(({ state }) => state),
      ['inuse', 'tobefree', 'gone'],
    )
  }
  assert.equal(document.leftBehind, [])
})

test('without capabilities the objects are checked all the same; exit 4', async () => {
  const { exitCode, stdout, stderr } = await ccdkUnprivileged(['demo'])
  assert.is(exitCode, 4)
  assert.match(stdout, '14 matched')
  assert.match(stderr, /it needs CAP_/)
  const json = await ccdkUnprivileged(['demo', '--json'])
  assert.is(json.exitCode, 4)
  assert.is(errorOf(json).code, 'permission')
})

/** Moments from before the first line to near the end, and how the person or the system ends it. */
const endings = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.8, 1, 1.3, 1.6, 1.9, 2.2].map((seconds, index) => ({
  // Not the same moments each time.
  seconds: seconds + Math.random() / 20,
  signal: index % 3 === 2 ? ('SIGTERM' as const) : ('SIGINT' as const),
  twice: index % 4 === 3,
}))

for (const { seconds, signal, twice } of endings) {
  const how = twice ? `two ${signal}` : signal
  test(`nothing is left behind by ${how} to its process group after ${seconds.toFixed(3)} s`, async () => {
    await assertNothingLeft(async () => {
      const { subprocess, pid } = startCcdk(['demo', '--seconds', '0.8'])
      await sleep(1000 * seconds)
      const children = descendants(pid)
      process.kill(-pid, signal)
      if (twice && isRunning(pid)) process.kill(-pid, signal)
      const { exitCode, signal: killed, stderr } = await subprocess
      const code = signal === 'SIGINT' ? 130 : 143
      // Before the command has begun it has nothing to undo, and the signal ends it by itself.
      assert.ok(exitCode === code || killed === signal || exitCode === 0, `exit ${exitCode}: ${stderr}`)
      assert.is(stderr, '')
      await until(() => !children.some(isRunning), 'its processes have ended')
      assert.equal(names.filter(isAvailable), [])
    })
  })
}

test('killed, it leaves a registration, which the next one takes away', async () => {
  await assertNothingLeft(async () => {
    const { subprocess, pid } = startCcdk(['demo', '--seconds', '5'])
    await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
    const children = descendants(pid)
    assert.is(children.length, 2)
    process.kill(pid, 'SIGKILL')
    await subprocess
    await until(() => !children.some(isRunning), 'its processes have ended')
    assert.ok(isAvailable('bpf_dctcp'))
    const { exitCode, stdout, stderr } = await ccdk(['demo', '--seconds', '0.3'])
    assert.is(exitCode, 0)
    assert.match(stderr, /^took away bpf_dctcp \(map \d+\), which a demo that was killed had left registered$/m)
    assert.match(stdout, 'Nothing is left behind.')
  })
})

test("somebody else's algorithm of that name is left alone", async () => {
  await ccdk(['register', exampleFile('bpf_cubic')])
  const { exitCode, stderr } = await ccdk(['demo'])
  assert.is(exitCode, 2)
  assert.match(stderr, '"bpf_cubic" is registered already')
  assert.match(stderr, 'ccdk unregister bpf_cubic')
  assert.ok(isAvailable('bpf_cubic'))
  assert.is((await ccdk(['unregister', 'bpf_cubic'])).exitCode, 0)
})

test('two at a time: the second says so', async () => {
  const { subprocess, pid } = startCcdk(['demo', '--seconds', '3'])
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  const { exitCode, stderr } = await ccdk(['demo'])
  assert.is(exitCode, 2)
  assert.match(stderr, `another demo is running, as process ${pid}`)
  process.kill(pid, 'SIGINT')
  assert.is((await subprocess).exitCode, 130)
})

test('when its reader goes away it ends quietly and cleans up', async () => {
  await assertNothingLeft(async () => {
    const { subprocess, pid } = startCcdk(['demo', '--seconds', '2'])
    await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
    subprocess.nodeChildProcess.stdout?.destroy()
    const { exitCode, stderr } = await subprocess
    assert.is(exitCode, 141)
    assert.is(stderr, '')
    assert.not.ok(existsSync(`/proc/${pid}`))
    assert.equal(names.filter(isAvailable), [])
  })
})

test.run()
