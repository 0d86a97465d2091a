import type { FlowRecord } from '../trial.ts'
import type { FlowPlan } from '../workload/plans/plan.ts'
import { type Connection, type End, portsOf, senderOf, type WorkItem } from './connections.ts'
import type { EndFacts, Outcome } from './outcome.ts'

export type Outcomes = Record<End, Outcome>

/** What the kernel knew in the end of a connection at the end that sent the data. */
export type EndRecord = Omit<EndFacts, 'error'> & Pick<Connection, 'arm' | 'cc'>

export function endRecords(connections: readonly Connection[], outcomes: Outcomes): EndRecord[] {
  const facts = factsOf(outcomes)
  return connections.flatMap((connection, number) => {
    const found = facts[senderOf(connection)].get(number)
    if (found === undefined) return []
    const { error: _error, ...end } = found
    return [{ ...end, arm: connection.arm, cc: connection.cc }]
  })
}

const factsOf = ({ clients, servers }: Outcomes): Record<End, Map<number, EndFacts>> => ({
  clients: new Map(clients.ends.map((end) => [end.connection, end])),
  servers: new Map(servers.ends.map((end) => [end.connection, end])),
})

export interface PlanRecords {
  flows: FlowRecord[]
  /** By plan: the place of its record, or of the first of its requests'. */
  firstRecords: Uint32Array
}

/** Puts together what the two ends have noted: a record for each plan, in their order, and for each request of one. */
export function flowRecords(plans: readonly FlowPlan[], connections: readonly Connection[], outcomes: Outcomes): PlanRecords {
  const facts = factsOf(outcomes)
  const reads = new Map([...outcomes.clients.reads, ...outcomes.servers.reads].map(({ connection, pairs }) => [connection, pairs]))
  const exchanges = { clients: exchangesOf(outcomes.clients), servers: exchangesOf(outcomes.servers) }
  const records: FlowRecord[][] = plans.map(() => [])
  for (const [number, connection] of connections.entries()) {
    const ends = { from: facts[connection.from.end].get(number), to: facts[connection.to.end].get(number) }
    const [out, into] = [outcomes[connection.from.end], outcomes[connection.to.end]]
    const base = baseOf(connection, ends[senderOf(connection) === connection.from.end ? 'from' : 'to'], ends.from?.error ?? ends.to?.error)
    const through = throughOf(connection, out, into, reads.get(number))
    for (const [index, item] of connection.items.entries()) {
      const retransmits = retransmitsOf(connection.items, index, out, base.retransmits)
      const startNs = out.startNs[item.plan] ?? Number.NaN
      const one: FlowRecord = { ...base, plannedNs: item.at, startNs: Number.isNaN(startNs) ? item.at : startNs, ...through(index), asked: askedOf(item), retransmits }
      if (Number.isNaN(startNs) && one.error === undefined) one.error = 'traffic ended before it began'
      const several = exchanges[connection.from.end].get(item.plan)
      records[item.plan] = several === undefined ? [one] : exchangeRecords(one, several)
    }
  }
  const firstRecords = new Uint32Array(plans.length)
  for (const [plan, those] of records.entries()) firstRecords[plan + 1] = (firstRecords[plan] ?? 0) + those.length
  return { flows: records.flat(), firstRecords }
}

type Base = Omit<FlowRecord, 'plannedNs' | 'startNs' | 'endNs' | 'bytes' | 'asked'>

function baseOf(connection: Connection, sender: EndFacts | undefined, error: string | undefined): Base {
  const { workload, flow, kind, arm, cc, family, direction, from, to } = connection
  const [left, right] = from.end === 'clients' ? [from, to] : [to, from]
  return {
    workload,
    flow,
    kind,
    arm,
    cc,
    family,
    direction,
    client: left.host,
    server: right.host,
    ...portsOf(connection),
    ecn: sender?.ecn ?? false,
    retransmits: sender?.retransmits ?? 0,
    ...(error === undefined ? {} : { error }),
  }
}

const askedOf = (item: WorkItem): number | null => (item.does === 'send' ? item.bytes : item.does === 'ask' ? item.response : null)

type Through = Pick<FlowRecord, 'endNs' | 'bytes'>

/** What came of each item of a connection, and when the last byte of it. */
function throughOf({ items }: Connection, out: Outcome, into: Outcome, reads: readonly number[] | undefined): (index: number) => Through {
  const [first] = items
  if (first?.does === 'stream' && reads !== undefined) return partedBy(items, out, reads)
  return (index) => {
    const plan = items[index]?.plan ?? 0
    const endNs = into.endNs[plan] ?? Number.NaN
    return { endNs: Number.isNaN(endNs) ? null : endNs, bytes: into.bytes[plan] ?? 0 }
  }
}

/** Where a connection sends for several times, what was sent in each tells where in the stream the next begins. */
function partedBy(items: readonly WorkItem[], { sentTo }: Outcome, reads: readonly number[]): (index: number) => Through {
  const received = reads.at(-1) ?? 0
  const boundary = (index: number): number => (index < 0 ? 0 : (sentTo[items[index]?.plan ?? 0] ?? Number.NaN))
  // Items are asked for in their order, so that what was read is gone through once.
  let at = 0
  return (index) => {
    const [from, to] = [boundary(index - 1), boundary(index)]
    if (Number.isNaN(to)) return { endNs: null, bytes: Number.isNaN(from) ? 0 : received - from }
    while (at < reads.length && (reads[at + 1] ?? 0) < to) at += 2
    return { endNs: reads[at] ?? null, bytes: Math.max(0, Math.min(received, to) - from) }
  }
}

/** Those sent again from its begin to that of the next. */
function retransmitsOf(items: readonly WorkItem[], index: number, { retransmitsBefore }: Outcome, all: number): number {
  const before = (place: number): number => {
    if (place === 0) return 0
    const plan = items[place]?.plan
    const noted = plan === undefined ? Number.NaN : (retransmitsBefore[plan] ?? Number.NaN)
    return Number.isNaN(noted) ? all : noted
  }
  return Math.max(0, before(index + 1) - before(index))
}

function exchangesOf({ exchanges }: Outcome): Map<number, [planned: number, start: number, end: number][]> {
  const found = new Map<number, [number, number, number][]>()
  for (let at = 0; at + 3 < exchanges.length; at += 4) {
    const [plan = 0, planned = 0, start = 0, end = 0] = exchanges.subarray(at, at + 4)
    const those = found.get(plan)
    if (those === undefined) found.set(plan, [[planned, start, end]])
    else those.push([planned, start, end])
  }
  return found
}

/** One record for each answer. What was sent again is the last one's: it is not known whose it was. */
const exchangeRecords = (one: FlowRecord, exchanges: readonly [number, number, number][]): FlowRecord[] =>
  exchanges.map(([plannedNs, startNs, endNs], index) => ({
    ...one,
    plannedNs,
    startNs,
    endNs: Number.isNaN(endNs) ? null : endNs,
    bytes: Number.isNaN(endNs) ? 0 : (one.asked ?? 0),
    retransmits: index === exchanges.length - 1 ? one.retransmits : 0,
  }))
