import * as assert from 'uvu/assert'
import { connectionsOf } from '../../../../src/experiment/traffic/connections.ts'
import { emptyOutcome, type Outcome } from '../../../../src/experiment/traffic/outcome.ts'
import { flowRecords } from '../../../../src/experiment/traffic/records.ts'
import type { FlowPlan } from '../../../../src/experiment/index.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('records of flows')

const base = { client: 0, server: 0, direction: 'forward', family: 'ipv4', workload: 0, flow: 0, last: false } as const
const facts = { connection: 0, ecn: true, segmentsIn: 10, segmentsOut: 20, marked: 0 }

function recordsOf(plans: FlowPlan[], note: (clients: Outcome, servers: Outcome) => void) {
  const { connections } = connectionsOf(plans, () => ({ cc: 'cubic', arm: 'A' }), 5001)
  const [clients, servers] = [emptyOutcome(plans.length), emptyOutcome(plans.length)]
  note(clients, servers)
  return flowRecords(plans, connections, { clients, servers })
}

test('the sender says when it began, the receiver when it had all', () => {
  const plans: FlowPlan[] = [
    { ...base, kind: 'incast', at: 0, bytes: 1000 },
    { ...base, kind: 'incast', at: 100, bytes: 1000, last: true },
  ]
  const { flows } = recordsOf(plans, (clients, servers) => {
    clients.startNs.set([1, 102])
    clients.retransmitsBefore.set([0, 2])
    clients.ends.push({ ...facts, retransmits: 5 })
    servers.endNs.set([50, Number.NaN])
    servers.bytes.set([1000, 400])
  })
  assert.equal(
    flows.map(({ plannedNs, startNs, endNs, bytes, asked, retransmits, ecn, error }) => ({ plannedNs, startNs, endNs, bytes, asked, retransmits, ecn, error })),
    [
      { plannedNs: 0, startNs: 1, endNs: 50, bytes: 1000, asked: 1000, retransmits: 2, ecn: true, error: undefined },
      { plannedNs: 100, startNs: 102, endNs: null, bytes: 400, asked: 1000, retransmits: 3, ecn: true, error: undefined },
    ],
  )
})

test('where a connection sends for several times, what was written tells whose bytes they are', () => {
  const plans: FlowPlan[] = [
    { ...base, kind: 'onOff', at: 0, until: 10 },
    { ...base, kind: 'onOff', at: 20, until: 30 },
    { ...base, kind: 'onOff', at: 40, until: 50, last: true },
  ]
  const { flows } = recordsOf(plans, (clients, servers) => {
    clients.startNs.set([0, 20, 40])
    clients.sentTo.set([100, 250, Number.NaN])
    // The last byte of the first is read after the second has begun.
    servers.reads.push({ connection: 0, pairs: [5, 60, 12, 90, 24, 120, 33, 250, 45, 300] })
  })
  assert.equal(flows.map(({ endNs, bytes }) => [endNs, bytes]), [[24, 100], [33, 150], [null, 50]])
})

test('each answer has a record; of one that did not come the time is not known', () => {
  const plans: FlowPlan[] = [
    { ...base, kind: 'bulk', at: 0, until: 100, workload: 1, last: true },
    { ...base, kind: 'requestResponse', at: 0, until: 100, request: 10, response: 500, think: 5, last: true },
    { ...base, kind: 'bulk', at: 9, until: 100, workload: 2, last: true },
  ]
  const { flows, firstRecords } = recordsOf(plans, (clients, servers) => {
    clients.startNs.set([0, Number.NaN, Number.NaN])
    clients.ends.push({ ...facts, connection: 1, retransmits: 4 })
    servers.startNs[1] = 1
    servers.exchanges = Float64Array.of(1, 0, 1, 30, 1, 35, 36, Number.NaN)
  })
  assert.equal(
    flows.slice(1, 3).map(({ plannedNs, startNs, endNs, bytes, asked, retransmits }) => ({ plannedNs, startNs, endNs, bytes, asked, retransmits })),
    [
      { plannedNs: 0, startNs: 1, endNs: 30, bytes: 500, asked: 500, retransmits: 0 },
      { plannedNs: 35, startNs: 36, endNs: null, bytes: 0, asked: 500, retransmits: 4 },
    ],
  )
  assert.equal([...firstRecords], [0, 1, 3])
  assert.is(flows[3]?.error, 'traffic ended before it began')
})

test('why a connection broke is in its records', () => {
  const { flows } = recordsOf([{ ...base, kind: 'shortFlows', at: 0, bytes: 10, last: true }], (clients) => {
    clients.startNs[0] = 0
    clients.ends.push({ ...facts, retransmits: 0, error: 'connecting: ECONNREFUSED' })
  })
  assert.equal(flows.map(({ error, bytes, endNs }) => [error, bytes, endNs]), [['connecting: ECONNREFUSED', 0, null]])
})

test.run()
