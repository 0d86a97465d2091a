import * as assert from 'uvu/assert'
import { LinuxTarget } from '../../../src/kernel/index.ts'
import { ccdk, ccdkUnprivileged, documentOf, errorOf, startCcdk } from '../../support/ccdk.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { exampleFile } from '../support/algorithm.ts'
import { demoLeftNothing, demoNames, isAvailable, sweepDemo } from '../support/demo.ts'

const test = suite('ccdk demo', [needs.root, needs.structOps])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('examples')
})
test.after.each(sweepDemo)
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

const steps = [
  /^1 {2}Check the objects against the types of Linux /m,
  /^14 matched, 0 skipped, 4 only in the kernel, 0 mismatches$/m,
  /^2 {2}bpf_dctcp: register it, send with it, unregister it$/m,
  /^registered as map \d+, kept alive by the kernel, until it is unregistered$/m,
  /^ +0\.\d\d s +inuse +6 +5 +[\d.]+ [kMG]bit\/s +[\d.]+ ms +[\d,]+$/m,
  /^ +in_ack_event +bpf_dctcp_in_ack_event +\d+ +[\d,]*\d\d\d +\d+$/m,
  /^registered, connections open: {3}inuse, refcnt 6$/m,
  /^unregistered, connections open: tobefree, refcnt 5$/m,
  /^connections closed: {13}gone$/m,
  /^3 {2}bpf_cubic: /m,
  /^ +cong_avoid +bpf_cubic_cong_avoid +\d+ +[\d,]*\d\d\d +\d+$/m,
  /^unregistered, connections open: tobefree, refcnt 5$/m,
  /^4 {2}Result: /m,
  /^bpf_dctcp +2 +[\d.]+ [kMG]B +[\d.]+ [kMG]bit\/s .* yes$/m,
  /^bpf_cubic +2 +[\d.]+ [kMG]B +[\d.]+ [kMG]bit\/s .* no$/m,
  /^Nothing is left behind\.$/m,
]

test('it goes from the check to the result, in lines that fit a small terminal', async () => {
  const { exitCode, stdout, stderr } = await ccdk(['demo', '--seconds', '0.6'])
  assert.is(stderr, '')
  assert.is(exitCode, 0)
  let rest = stdout
  for (const step of steps) {
    const found = step.exec(rest)
    assert.ok(found, `${step} in:\n${rest}`)
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
  assert.equal(
    stdout.split('\n').filter((line) => line.length > 80),
    [],
  )
  assert.not.match(stdout, '\u001B')

  using target = new LinuxTarget()
  const maps = [...stdout.matchAll(/^registered as map (\d+)/gm)].map(([, id]) => Number(id))
  const programs = [...stdout.matchAll(/^ +\w+ +bpf_\w+ +(\d+) /gm)].map(([, id]) => Number(id))
  assert.is(maps.length, 2)
  assert.is(programs.length, 13)
  const isGone = (kind: 'map' | 'program') => (id: number) => {
    using handle = target.objects[kind](id)
    return handle === undefined
  }
  assert.ok(maps.every(isGone('map')))
  await until(() => programs.every(isGone('program')), 'the programs are gone')
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
    demoNames,
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
  const { subprocess, pid } = startCcdk(['demo', '--seconds', '5'])
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  const { exitCode, stderr } = await ccdk(['demo'])
  assert.is(exitCode, 2)
  assert.match(stderr, `another demo is running, as process ${pid}`)
  process.kill(pid, 'SIGINT')
  assert.is((await subprocess).exitCode, 130)
})

test('when its reader goes away it ends quietly and cleans up', async () => {
  const { subprocess, pid } = startCcdk(['demo', '--seconds', '2'])
  await until(() => isAvailable('bpf_dctcp'), 'the first algorithm is registered')
  subprocess.nodeChildProcess.stdout?.destroy()
  const { exitCode, stderr } = await subprocess
  assert.is(exitCode, 141)
  assert.is(stderr, '')
  await demoLeftNothing(pid, [])
})

test.run()
