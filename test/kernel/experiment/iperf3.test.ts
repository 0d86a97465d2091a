// gate: timeout 300s
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { openPath } from '../../../src/emulator/index.ts'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { flowPlans, Measuring, metricsOf, networkOf, type RawTrial, runTraffic, workloadOf, type WorkloadInput } from '../../../src/experiment/index.ts'
import { LinuxTarget, openFds } from '../../../src/kernel/index.ts'
import { pathOf } from '../../../src/spec/index.ts'
import { createTestbed } from '../../../src/testbed/index.ts'
import { ccdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { exampleFile } from '../support/algorithm.ts'
import { askSs } from '../support/ss.ts'

const test = suite('iperf3 as the generator', [needs.root, needs.iperf3, needs.iproute2, needs.structOps])

const rate = 10e6

async function measure(workload: WorkloadInput): Promise<RawTrial> {
  const resolved = pathOf({ rate: '10mbit', rtt: '20ms' })
  const plans = [...flowPlans(workloadOf(workload, networkOf(resolved)), 1)]
  using target = new LinuxTarget()
  await using path = await openPath(resolved, { telemetry: {} })
  await using traffic = await runTraffic({ path, plans, cc: () => ({ cc: 'reno', arm: 'A' }), seconds: 120 })
  using measuring = Measuring.begin({ path, traffic, sampleHz: 20, acks: true, arms: [{ name: 'A', programs: [] }], target })
  return measuring.end(await traffic.result)
}

test('over the same path it gets what ccdk gets, and is measured as that is', async () => {
  const bulk = { flows: 2, seconds: 3, stagger: '500ms' }
  const own = await measure([{ bulk }])
  const theirs = await measure([{ bulk: { ...bulk, generator: 'iperf3' } }])
  const goodput = (raw: RawTrial): number => metricsOf(raw).find(({ metric }) => metric === 'goodput')?.value ?? Number.NaN
  const most = (rate * 1448) / 1514
  for (const raw of [own, theirs]) {
    const { flows, ends, samples, acks, packets } = raw
    assert.equal(flows.map(({ error, retransmits }) => [error, retransmits >= 0]), [[undefined, true], [undefined, true]])
    assert.ok(goodput(raw) <= most, `${goodput(raw)}`)
    for (const [index, { bytes, startNs, plannedNs, endNs }] of flows.entries()) {
      assert.ok(startNs >= plannedNs && endNs !== null && endNs - startNs > 2e9)
      const rows = [...samples.flow.keys()].filter((row) => samples.flow[row] === index)
      assert.ok(rows.length > 4 && acks?.columns.flow.includes(index))
      // iperf3 does not wait for what is on its way, and says first with 37 bytes whose connection it is.
      const acked = samples.bytesAcked[rows.at(-1) ?? 0] ?? 0
      assert.ok(acked > bytes / 3 && acked < bytes + 2e6, `${acked} acknowledged, ${bytes} read`)
    }
    assert.ok(ends.every(({ segmentsIn, segmentsOut }) => segmentsIn > 10 && segmentsOut > 10))
    const sent = ends.reduce((sum, { segmentsOut }) => sum + segmentsOut, 0)
    assert.ok((packets.get('A')?.packets ?? 0) >= sent / 2, `${packets.get('A')?.packets} packets, ${sent} segments`)
  }
  // On a machine that is busy one of them may get little; what one takes for bits the other may not take for bytes.
  assert.ok(goodput(theirs) > goodput(own) / 3 && goodput(theirs) < 3 * goodput(own), `${goodput(theirs)} bit/s, ccdk ${goodput(own)}`)
})

test('its flows and ours run side by side, both ways, in both families; what fails is a flow and not the traffic', async () => {
  await using bed = await createTestbed()
  const fds = openFds()
  const workload: WorkloadInput = [
    { bulk: { seconds: 1, generator: 'iperf3' }, direction: 'reverse', family: 'ipv6' },
    { bulk: { seconds: 1, generator: 'iperf3' }, cc: 'no_such_cc' },
    { bulk: { seconds: 30, generator: 'iperf3' } },
    { shortFlows: { interval: '100ms', arrivals: 'fixed', sizes: '5kb', seconds: 1 } },
  ]
  const plans = [...flowPlans(workloadOf(workload, { rates: { forward: 1e9, reverse: 1e9 }, clients: 1, servers: 1 }), 1)]
  const path = { clients: [bed.client], servers: [bed.server] }
  await using traffic = await runTraffic({ path, plans, cc: ({ cc = 'cubic' }) => ({ cc, arm: '' }), seconds: 12 })
  const lasting = traffic.connections.find(({ workload: item }) => item === 2)
  await until(() => bed.client.sockets({ states: ['ESTABLISHED'], match: [{ local: { port: lasting?.port ?? 0 } }] }).length === 1, 'the flow that lasts')
  const seen = (await askSs(bed.client)).find(({ local }) => local.endsWith(`:${lasting?.port}`))
  assert.ok(seen)
  const { flows, failures } = await traffic.result
  assert.equal(failures, flows.flatMap(({ error }) => error ?? []))
  const of = (item: number) => flows.filter((flow) => flow.workload === item)
  assert.equal(of(0).map(({ error, endNs, family, direction }) => [error, endNs !== null, family, direction]), [[undefined, true, 'ipv6', 'reverse']])
  assert.equal(of(1).map(({ error, endNs }) => [error, endNs]), [['iperf3: unable to set TCP_CONGESTION: Supplied congestion control algorithm not supported on this host', null]])
  // It was cut, and what the other end has acknowledged is what it got.
  assert.equal(of(2).map(({ error, endNs, bytes }) => [error, endNs, bytes > 0]), [[undefined, null, true]])
  assert.is(of(3).length, 10)
  assert.ok(of(3).every(({ error, bytes }) => error === undefined && bytes === 5000))
  await traffic.close()
  await until(() => bed.client.sockets({ states: ['LISTEN', 'ESTABLISHED'] }).length === 0, 'nothing listens or sends')
  assert.equal(openFds(), fds)
})

test('what it cannot do is refused, and nothing is left of it', async () => {
  await using bed = await createTestbed()
  const path = { clients: [bed.client], servers: [bed.server] }
  const plans = [...flowPlans(workloadOf([{ bulk: { seconds: 1, generator: 'iperf3' } }], { rates: { forward: 1e9, reverse: 1e9 }, clients: 1, servers: 1 }), 1)]
  const ecn = await runTraffic({ path, plans, cc: () => ({ cc: 'reno', arm: '', ecn: true }), seconds: 5 }).catch((error: unknown) => error)
  assert.ok(ecn instanceof UsageError && /iperf3 cannot ask for ECN/.test(ecn.message))
  const fds = openFds()
  const search = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  try {
    const missing = await runTraffic({ path, plans, cc: () => ({ cc: 'reno', arm: '' }), seconds: 5 }).catch((error: unknown) => error)
    assert.ok(missing instanceof SyscallError && missing.errno === 'ENOENT', String(missing))
  } finally {
    process.env['PATH'] = search
  }
  assert.equal(openFds(), fds)
})

test('an experiment that wants it where it is not, or ECN of it, is one error before anything is made', async () => {
  using place = temporaryDirectory()
  const spec = (arm: string): string => `
name: theirs
arms: { A: { cc: reno }, B: ${arm} }
path: { rate: 10mbit, rtt: 10ms }
workload: [{ bulk: { flows: 2, seconds: 1, generator: iperf3 } }]
`
  const cases: [name: string, arm: string, path: string | undefined, message: RegExp][] = [
    ['missing', '{ cc: cubic }', '/nowhere', /the workload wants iperf3, which is not installed here/],
    ['ecn', '{ cc: cubic, ecn: true }', undefined, /arm B is to have ECN, which iperf3 cannot ask for/],
    ['dctcp', `{ object: ${exampleFile('bpf_dctcp')} }`, undefined, /arm B is to have ECN, which iperf3 cannot ask for/],
  ]
  for (const [name, arm, search, message] of cases) {
    writeFileSync(join(place.path, `${name}.yaml`), spec(arm))
    const { exitCode, stderr } = await ccdk(['ab', `${name}.yaml`, '--out', name], { cwd: place.path, ...(search === undefined ? {} : { env: { PATH: search } }) })
    assert.match(stderr, message)
    assert.is(exitCode, 2)
    assert.not.ok(existsSync(join(place.path, name)))
  }
})

test.run()
