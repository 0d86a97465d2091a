import * as assert from 'uvu/assert'
import { connectionsOf, portsOf } from '../../../../src/experiment/traffic/connections.ts'
import { flowPlans, type FlowPlan, workloadOf, type WorkloadInput } from '../../../../src/experiment/index.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('connections of a workload')

const context = { rates: { forward: 100e6, reverse: 100e6 }, clients: 2, servers: 2 }
const plansOf = (workload: WorkloadInput): FlowPlan[] => [...flowPlans(workloadOf(workload, context), 1)]
const cubic = () => ({ cc: 'cubic', arm: 'A' })

test('plans of one workload and flow share a connection, others have their own', () => {
  const plans = plansOf([{ incast: { senders: 3, bytes: '10kb', every: '100ms', seconds: 1 } }, { shortFlows: { interval: '100ms', arrivals: 'fixed', sizes: '1kb', seconds: 1 } }])
  const { connections } = connectionsOf(plans, cubic, 5001)
  const [incast, short] = [connections.filter(({ kind }) => kind === 'incast'), connections.filter(({ kind }) => kind === 'shortFlows')]
  assert.is(incast.length, 3)
  assert.ok(incast.every(({ items }) => items.length === 10))
  assert.ok(short.length > 8 && short.every(({ items }) => items.length === 1))
  assert.equal(connections.flatMap(({ items }) => items.map(({ plan }) => plan)).toSorted((left, right) => left - right), [...plans.keys()])
  for (const { items } of connections) for (const { plan, at } of items) assert.is(at, plans[plan]?.at)
})

test('a listener has one congestion control, family and host; both ends know a connection by its ports', () => {
  const plans = plansOf([
    { bulk: { flows: 4, seconds: 1 } },
    { bulk: { flows: 4, seconds: 1 }, cc: 'reno' },
    { bulk: { flows: 4, seconds: 1 }, family: 'ipv6', direction: 'reverse' },
  ])
  const { listeners, connections } = connectionsOf(plans, ({ cc = 'cubic' }) => ({ cc, arm: '' }), 5001)
  assert.equal(
    listeners.map(({ at, family, cc }) => `${at.end} ${at.host} ${family} ${cc}`).toSorted(),
    ['clients 0 ipv6 cubic', 'clients 1 ipv6 cubic', 'servers 0 ipv4 cubic', 'servers 0 ipv4 reno', 'servers 1 ipv4 cubic', 'servers 1 ipv4 reno'],
  )
  assert.is(new Set(connections.map(({ port, listenerPort }) => `${port} ${listenerPort}`)).size, connections.length)
  for (const { listener, listenerPort, cc } of connections) {
    assert.is(listeners[listener]?.port, listenerPort)
    assert.is(listeners[listener]?.cc, cc)
  }
})

test('who asks connects, and who answers sends', () => {
  const [forward, reverse] = (['forward', 'reverse'] as const).map((direction) => {
    const [connection] = connectionsOf(plansOf([{ requestResponse: { response: '1kb', seconds: 1 }, direction }]), cubic, 5001).connections
    assert.ok(connection)
    return connection
  })
  assert.ok(forward && reverse)
  assert.equal([forward.from.end, forward.to.end], ['servers', 'clients'])
  assert.equal([reverse.from.end, reverse.to.end], ['clients', 'servers'])
  assert.equal(portsOf(forward), { localPort: 5001, remotePort: 10_000 })
  const [bulk] = connectionsOf(plansOf([{ bulk: { seconds: 1 } }]), cubic, 5001).connections
  assert.ok(bulk)
  assert.equal(portsOf(bulk), { localPort: 10_000, remotePort: 5001 })
})

test('more connections than a listener has ports for have another one', () => {
  const plans = plansOf([{ shortFlows: { interval: '20us', arrivals: 'fixed', sizes: '1kb', seconds: 2.1 } }])
  const { listeners, connections } = connectionsOf(plans, cubic, 5001)
  assert.ok(plans.length > 100_000)
  assert.ok(listeners.length >= 4)
  assert.ok(connections.every(({ port }) => port >= 10_000 && port < 60_000))
})

test.run()
