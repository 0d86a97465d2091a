import { existsSync, readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { flowPlans, type FlowPlan, runTraffic, type TrafficOptions, type TrafficResult, workloadOf, type WorkloadInput } from '../../../src/experiment/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { createTestbed, type Host, type Testbed } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { askSs } from '../support/ss.ts'

const test = suite('traffic', [needs.root, needs.iproute2])

const rates = { forward: 100e6, reverse: 100e6 }

const plansOf = (workload: WorkloadInput, seed = 1): FlowPlan[] => [...flowPlans(workloadOf(workload, { rates, clients: 1, servers: 1 }), seed)]

async function run(bed: Testbed, workload: WorkloadInput, options: Partial<TrafficOptions> = {}): Promise<TrafficResult & { plans: FlowPlan[] }> {
  const plans = plansOf(workload)
  const path = { clients: [bed.client], servers: [bed.server] }
  await using traffic = await runTraffic({ path, plans, cc: () => ({ cc: 'cubic', arm: 'A' }), seconds: 60, ...options })
  return { ...(await traffic.result), plans }
}

/** Packets and bytes, with IP headers, that a host's IPv4 or IPv6 has received, as its kernel counts them. */
function received(host: Host, family: 'ipv4' | 'ipv6'): { packets: number; bytes: number } {
  const text = readFileSync(`/proc/${host.pid}/net/${family === 'ipv4' ? 'netstat' : 'snmp6'}`, 'utf8')
  if (family === 'ipv6') {
    const count = (name: string): number => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(text)?.[1])
    return { packets: count('Ip6InReceives'), bytes: count('Ip6InOctets') }
  }
  const snmp = readFileSync(`/proc/${host.pid}/net/snmp`, 'utf8')
  return { packets: valueIn(snmp, 'Ip:', 'InReceives'), bytes: valueIn(text, 'IpExt:', 'InOctets') }
}

/** Of a line of names and a line of values. */
function valueIn(text: string, group: string, name: string): number {
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith(group))
  return Number(values.split(' ')[names.split(' ').indexOf(name)])
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0)

for (const family of ['ipv4', 'ipv6'] as const) {
  test(`${family}: bytes are those that the receiver's kernel has counted, without headers`, async () => {
    await using bed = await createTestbed()
    const before = received(bed.server, family)
    const { flows } = await run(bed, [
      { bulk: { flows: 2, seconds: 0.1, stagger: '50ms' }, family },
      { incast: { senders: 4, bytes: '40kb', every: '100ms', seconds: 0.5 }, family },
      { onOff: { on: '50ms', off: '50ms', times: 'fixed', seconds: 0.3 }, family },
      { video: { bitrates: ['8mbit'], chunk: '100ms', seconds: 0.5 }, family },
    ])
    const after = received(bed.server, family)
    assert.equal([...new Set(flows.map(({ error }) => error))], [undefined])
    // A machine that is busy may have had no time to send while one of the others lasted.
    assert.ok(flows.every(({ asked, bytes, endNs, startNs }) => asked === null || (asked === bytes && endNs !== null && endNs > startNs)))
    const connections = new Set(flows.map(({ localPort }) => localPort)).size
    assert.is(connections, 2 + 4 + 1 + 1)
    // Of IP and TCP with time stamps. A SYN has 8 bytes more of options; IPv6 tells of its neighbours too, 100 bytes at most.
    const header = (family === 'ipv4' ? 20 : 40) + 32
    const counted = after.bytes - before.bytes - header * (after.packets - before.packets) - 8 * connections
    const bytes = sum(flows.map((flow) => flow.bytes))
    const again = sum(flows.map(({ retransmits }) => retransmits))
    assert.ok(bytes > 1e6, `${bytes}`)
    assert.ok(counted >= bytes - 1000 && counted <= bytes + 1000 + again * 65_536, `${counted} bytes counted, ${bytes} read, ${again} segments sent again`)
  })
}

test('2,000 short flows: none is lost, none is early', async () => {
  await using bed = await createTestbed()
  const { flows, plans } = await run(bed, [{ shortFlows: { interval: '1ms', sizes: '5kb', seconds: 2 } }])
  assert.ok(plans.length > 1800)
  assert.is(flows.length, plans.length)
  for (const [index, { error, bytes, endNs, startNs, plannedNs }] of flows.entries()) {
    assert.is(error, undefined)
    assert.is(bytes, 5000)
    assert.is(plannedNs, plans[index]?.at)
    assert.ok(startNs >= plannedNs && endNs !== null && endNs > startNs)
  }
  const sorted = flows.toSorted((left, right) => left.startNs - right.startNs)
  assert.equal(sorted, flows)
})

test('the arm and the direction say who sends; requests are asked one after the other', async () => {
  await using bed = await createTestbed()
  const { flows, ends } = await run(bed, [
    { requestResponse: { request: 200, response: '64kb', think: '20ms', seconds: 0.5 } },
    { shortFlows: { interval: '50ms', arrivals: 'fixed', sizes: '3kb', seconds: 0.2 }, direction: 'reverse' },
  ])
  const answers = flows.filter(({ kind }) => kind === 'requestResponse')
  assert.ok(answers.length > 2)
  for (const [index, { startNs, plannedNs, endNs, bytes }] of answers.entries()) {
    assert.is(bytes, 64_000)
    const before = answers[index - 1]?.endNs
    if (typeof before === 'number') assert.ok(plannedNs >= before + 20e6 && startNs >= plannedNs)
    assert.ok(endNs !== null && endNs > startNs)
  }
  // The client answers: its is the port that was listened on.
  assert.ok(answers.every(({ localPort, remotePort }) => localPort < remotePort))
  assert.is(flows.length - answers.length, 4)
  assert.ok(ends.every(({ segmentsIn, segmentsOut, arm }) => segmentsIn > 0 && segmentsOut > 0 && arm === 'A'))
})

test('congestion control and ECN are those of the flow, at both ends, as ss sees it', async () => {
  await using bed = await createTestbed()
  const plans = plansOf([{ bulk: { flows: 4, seconds: 30 } }])
  const cc = ({ flow }: FlowPlan) => ({ cc: flow % 2 === 0 ? 'reno' : 'cubic', arm: '', ecn: flow < 2 })
  await using traffic = await runTraffic({ path: { clients: [bed.client], servers: [bed.server] }, plans, cc, seconds: 60 })
  for (const host of [bed.client, bed.server]) {
    await until(() => host.sockets({ states: ['ESTABLISHED'] }).length === 4, 'four connections')
    const sockets = (await askSs(host)).filter(({ state }) => state === 'ESTABLISHED')
    for (const { port, listenerPort, cc: name, ecn } of traffic.connections) {
      const socket = sockets.find(({ local, remote }) => [port, listenerPort].every((one) => `${local} ${remote} `.includes(`:${one} `)))
      assert.ok(socket, `no socket of port ${port}`)
      assert.ok(socket.words.has(name), `${[...socket.words].join(' ')}: not ${name}`)
      assert.is(socket.words.has('ecn'), ecn)
    }
  }
  await traffic.close()
  const { flows } = await run(bed, [{ bulk: { flows: 4, seconds: 30 } }], { cc, seconds: 0.5 })
  assert.equal(flows.map(({ ecn }) => ecn), [true, true, false, false])
  // They were cut.
  assert.equal(flows.map(({ endNs }) => endNs), [null, null, null, null])
  assert.ok(flows.every(({ bytes }) => bytes > 0))
})

test('what cannot be is refused, and nothing is left of it', async () => {
  await using bed = await createTestbed()
  const fds = openFds()
  const refused = async (options: Partial<TrafficOptions>): Promise<unknown> =>
    run(bed, [{ bulk: { seconds: 1 } }], options).catch((error: unknown) => error)
  assert.instance(await refused({ cc: () => ({ cc: 'no_such_cc', arm: '' }) }), SyscallError)
  assert.instance(await refused({ seconds: 0 }), UsageError)
  assert.instance(await refused({ path: { clients: [], servers: [bed.server] } }), UsageError)
  const [plan] = plansOf([{ bulk: { seconds: 1 } }])
  assert.ok(plan)
  assert.match(String(await refused({ plans: [{ ...plan, client: 3 }] })), 'there is no host 3 among the 1 clients')
  const closed = await runTraffic({ path: { clients: [bed.client], servers: [bed.server] }, plans: [plan], cc: () => ({ cc: 'reno', arm: '' }), seconds: 60 })
  await closed.close()
  assert.match(String(await closed.result.catch((error: unknown) => error)), 'was closed')
  const killed = await runTraffic({ path: { clients: [bed.client], servers: [bed.server] }, plans: [plan], cc: () => ({ cc: 'reno', arm: '' }), seconds: 60 })
  process.kill(killed.processes[1] ?? 0, 'SIGKILL')
  assert.match(String(await killed.result.catch((error: unknown) => error)), 'the servers’ traffic ended (SIGKILL)')
  await killed.close()
  const aborting = new AbortController()
  const aborted = await runTraffic({ path: { clients: [bed.client], servers: [bed.server] }, plans: [plan], cc: () => ({ cc: 'reno', arm: '' }), seconds: 60, signal: aborting.signal })
  aborting.abort('enough')
  assert.is(await aborted.result.catch((error: unknown) => error), 'enough')
  await aborted.close()
  for (const { processes } of [closed, killed, aborted]) for (const pid of processes) assert.not.ok(existsSync(`/proc/${pid}`))
  assert.equal(openFds(), fds)
  for (const host of [bed.client, bed.server]) assert.equal(await askSs(host), [])
})

test.run()
