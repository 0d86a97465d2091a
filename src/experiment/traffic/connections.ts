import { UsageError } from '../../errors/index.ts'
import type { Direction, Family, FlowPlan, Generator } from '../workload/plans/plan.ts'

/** Clients are at the left end of a path, servers at the right one. */
export type End = 'clients' | 'servers'

export interface Place {
  end: End
  /** Which host of that end, from 0. */
  host: number
}

/** What a flow runs with. */
export interface FlowAlgorithm {
  /** The congestion control of both ends, as the kernel knows it. */
  cc: string
  /** Whose flow it is; empty for one in the background. */
  arm: string
  /** Whether the handshake asks for ECN; as `net.ipv4.tcp_ecn` of the host has it when left out. */
  ecn?: boolean | undefined
}

/** A socket that takes connections. Those of one congestion control share it: they have it from their handshake on. */
export interface Listener {
  at: Place
  family: Family
  cc: string
  port: number
  /** Missing where it is ours. */
  generator?: Generator | undefined
}

/** One work item of a connection: a `FlowPlan` by its number. Times are ns since traffic began. */
export type WorkItem = { plan: number; at: number } & (
  | { does: 'send'; bytes: number }
  | { does: 'stream'; until: number }
  | { does: 'ask'; request: number; response: number; think: number; until: number }
)

/** A TCP connection to be. Its ports are chosen before it is, so that both ends know it by them. */
export interface Connection extends FlowAlgorithm {
  /** Who connects: the end that has something to send first. */
  from: Place
  to: Place
  family: Family
  kind: FlowPlan['kind']
  direction: Direction
  workload: number
  flow: number
  /** By its number. */
  listener: number
  /** Of the end that connects. */
  port: number
  listenerPort: number
  /** Missing where we send. */
  generator?: Generator | undefined
  items: WorkItem[]
}

export interface Connections {
  listeners: Listener[]
  /** In the order in which they begin. */
  connections: Connection[]
}

/** Listening sockets have ports from here on. */
export const leastListener = 5001
/** A listener's connections have ports from here on, all different, whatever host they are from. */
const firstPort = 10_000
const portsOfListener = 50_000
/** Those of programs are above the ones that the kernel chooses from: each has a port of its own in its host. */
const firstPortOfProgram = 61_000
const mostListeners = 1000

/**
 * Parts plans among connections: those of one workload item and flow share one. `firstListener` is the port of the first
 * listener; the ports of the same plans are the same each time.
 */
export function connectionsOf(
  plans: readonly FlowPlan[],
  algorithmOf: (plan: FlowPlan) => FlowAlgorithm,
  firstListener: number,
): Connections {
  const listeners: Listener[] = []
  const connections: Connection[] = []
  const known = new Map<string, Connection>()
  const open = new Map<string, { number: number; used: number }>()

  const listenerFor = (at: Place, family: Family, cc: string, generator?: Generator): { number: number; port: number } => {
    const key = `${at.end} ${at.host} ${family} ${cc}`
    let listener = generator === undefined ? open.get(key) : undefined
    if (listener === undefined || listener.used === portsOfListener) {
      if (listeners.length === mostListeners) throw new UsageError(`more than ${mostListeners} listening sockets for one workload`)
      listener = { number: listeners.length, used: 0 }
      listeners.push({ at, family, cc, port: firstListener + listener.number, generator })
      if (generator !== undefined) return { number: listener.number, port: firstPortOfProgram + firstListener - leastListener + listener.number }
      open.set(key, listener)
    }
    listener.used += 1
    return { number: listener.number, port: firstPort + listener.used - 1 }
  }

  for (const [number, plan] of plans.entries()) {
    const key = `${plan.workload} ${plan.flow}`
    let connection = known.get(key)
    if (connection === undefined) {
      const { cc, arm, ecn } = algorithmOf(plan)
      const { from, to } = endsOf(plan)
      const { kind, family, direction, workload, flow } = plan
      const generator = plan.kind === 'bulk' ? plan.generator : undefined
      const { number: listener, port } = listenerFor(to, family, cc, generator)
      const listenerPort = firstListener + listener
      connection = { from, to, family, kind, direction, workload, flow, cc, arm, ecn, listener, port, listenerPort, generator, items: [] }
      connections.push(connection)
      if (!plan.last) known.set(key, connection)
    } else if (plan.last) known.delete(key)
    connection.items.push(workOf(plan, number))
  }
  return { listeners, connections }
}

/** Whoever has something to send first connects. */
function endsOf({ kind, direction, client, server }: FlowPlan): { from: Place; to: Place } {
  const left: Place = { end: 'clients', host: client }
  const right: Place = { end: 'servers', host: server }
  // The direction is that of the answers.
  return (direction === 'forward') === (kind !== 'requestResponse') ? { from: left, to: right } : { from: right, to: left }
}

/** Which end sends the data that are measured. */
export const senderOf = ({ direction }: Pick<Connection, 'direction'>): End => (direction === 'forward' ? 'clients' : 'servers')

/** The ports of a connection as the sender of the data that are measured has them. */
export function portsOf(connection: Connection): { localPort: number; remotePort: number } {
  const { port, listenerPort, from } = connection
  return from.end === senderOf(connection) ? { localPort: port, remotePort: listenerPort } : { localPort: listenerPort, remotePort: port }
}

function workOf(plan: FlowPlan, number: number): WorkItem {
  const base = { plan: number, at: plan.at }
  switch (plan.kind) {
    case 'bulk':
    case 'onOff':
      return { ...base, does: 'stream', until: plan.until }
    case 'shortFlows':
    case 'incast':
    case 'video':
      return { ...base, does: 'send', bytes: plan.bytes }
    case 'requestResponse':
      return { ...base, does: 'ask', request: plan.request, response: plan.response, think: plan.think, until: plan.until }
  }
}
