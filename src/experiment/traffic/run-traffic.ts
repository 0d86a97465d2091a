import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Channel } from '../../child/index.ts'
import { TestbedError, UsageError } from '../../errors/index.ts'
import { nominalRate } from '../../link-model/index.ts'
import type { PathLink } from '../../spec/index.ts'
import type { Host } from '../../testbed/index.ts'
import type { FlowPlan } from '../workload/plans/plan.ts'
import { type Connection, type Connections, connectionsOf, type End, type FlowAlgorithm, leastListener } from './connections.ts'
import type { Calls, HostFacts, Limits } from './protocol.ts'
import { Iperf3Flows } from './iperf3/iperf3-flows.ts'
import { type EndRecord, endRecords, flowRecords, type PlanRecords } from './records.ts'

/** Where traffic runs: a path, or any hosts that reach each other. */
export interface TrafficPath {
  clients: readonly Host[]
  servers: readonly Host[]
  links?: readonly PathLink[]
}

export interface TrafficOptions {
  path: TrafficPath
  /** In order of time. */
  plans: readonly FlowPlan[]
  /** What a plan runs with: the same for all plans of one connection. */
  cc: (plan: FlowPlan) => FlowAlgorithm
  /** Whether connections ask for ECN of which `cc` does not say so. */
  ecn?: boolean
  /** When it ends, though there is more to be sent. It ends before when all is through. */
  seconds: number
  signal?: AbortSignal
}

/** What was sent, and what the sending ends' kernel knew in the end. */
export interface TrafficResult extends PlanRecords {
  ends: EndRecord[]
  /** Why connections were not made as they were asked for, one for each: nothing can be said of traffic that lacks them. */
  failures: string[]
  /** When it ended, ns since it began. */
  endNs: number
}

/** Traffic that runs. */
export interface TrafficRun extends AsyncDisposable {
  /** When it begins, ns of CLOCK_MONOTONIC: the zero of all times of its records. It may be a little ahead. */
  begun: bigint
  /** The ids of the processes that send and receive: the clients' and the servers'. */
  processes: readonly number[]
  /** In the order in which they begin. Their ports are known before they are there. */
  connections: readonly Connection[]
  /** Settles when all is through or the time is over; rejects when it was closed before, or a process of its has ended. */
  result: Promise<TrafficResult>
  /** Ends it, by resets where something is open. */
  close(): Promise<void>
}

// From source this is traffic-process.ts, from the built package traffic-process.js.
const program = new URL(`./traffic-process${extname(import.meta.url)}`, import.meta.url)

/** Between the word to begin and the begin, ms: both processes are to have heard it. */
const leadMs = 100
/** For sockets of thousands of flows on a busy machine, and for what they have noted. */
const patienceMs = 120_000
/** Each traffic over the same hosts has other ports to listen on: the last ones may be in TIME_WAIT. */
const portsATime = 1000
const times = new WeakMap<Host, number>()

/**
 * Has hosts send to each other what plans say. A process at each end of the path makes the sockets of all its hosts, with
 * the congestion control chosen at both ends before they listen and connect.
 *
 * @throws UsageError for plans of hosts that there are not; SyscallError ENOENT for a congestion control that there is not
 */
export async function runTraffic(options: TrafficOptions): Promise<TrafficRun> {
  const { path, plans, cc, ecn, seconds, signal } = options
  if (!(seconds > 0 && seconds < 1e6)) throw new UsageError(`seconds: above 0 and below 1000000, not ${seconds}`)
  signal?.throwIfAborted()
  const parts = connectionsOf(plans, (plan) => ({ ecn, ...cc(plan) }), firstListener(path))
  checkHosts(parts, path)
  const ends = new Ends(path, parts)
  const stop = (): void => void ends.close()
  signal?.addEventListener('abort', stop, { once: true })
  const release = (): void => signal?.removeEventListener('abort', stop)
  try {
    const hosts = { clients: path.clients.map(factsOf), servers: path.servers.map(factsOf) }
    const limits = limitsOf(path, parts.connections)
    await Promise.all([
      ends.each((channel, end) =>
        channel.call('prepare', { parent: process.pid, end, hosts, ...parts, plans: plans.length, until: seconds * 1e9, limits }, patienceMs),
      ),
      ends.iperf3?.prepare(),
    ])
    const begun = process.hrtime.bigint() + BigInt(leadMs * 1e6)
    await ends.each((channel) => channel.call('begin', { at: begun }, patienceMs))
    ends.iperf3?.begin(begun, seconds * 1e9)
    const result = collect(ends, plans, parts, seconds)
      .catch((error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error
      })
      .finally(release)
    result.catch(() => undefined)
    const close = async (): Promise<void> => {
      release()
      await ends.close()
    }
    return { begun, processes: ends.processes, connections: parts.connections, result, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    release()
    await ends.close()
    throw signal?.aborted === true ? signal.reason : error
  }
}

async function collect(ends: Ends, plans: readonly FlowPlan[], parts: Connections, seconds: number): Promise<TrafficResult> {
  const late = new AbortController()
  try {
    const patience = sleep(leadMs + seconds * 1000 + patienceMs, undefined, { signal: late.signal }).then(() => {
      throw new TestbedError(`traffic of ${seconds} s has not ended`)
    })
    await Promise.race([Promise.all([ends.done, ends.iperf3?.done]), patience])
    const [clients, servers] = await ends.each((channel) => channel.call('finish', undefined, patienceMs))
    const outcomes = { clients, servers }
    ends.iperf3?.finish(outcomes)
    const endNs = Math.max(clients.overNs, servers.overNs)
    const failures = [...clients.failures, ...servers.failures]
    return { ...flowRecords(plans, parts.connections, outcomes), ends: endRecords(parts.connections, outcomes), failures, endNs }
  } finally {
    late.abort()
    await ends.close()
  }
}

/** The processes of both ends. */
class Ends {
  readonly done: Promise<unknown>
  /** What another program sends, if it sends anything. */
  readonly iperf3: Iperf3Flows | undefined
  readonly #channels: Record<End, Channel<Calls>>

  constructor(path: TrafficPath, parts: Connections) {
    this.iperf3 = parts.connections.some(({ generator }) => generator === 'iperf3') ? new Iperf3Flows(path, parts) : undefined
    this.#channels = { clients: new Channel<Calls>(program, 'the clients’ traffic'), servers: new Channel<Calls>(program, 'the servers’ traffic') }
    this.done = Promise.all(Object.values(this.#channels).map(doneOf))
    this.done.catch(() => undefined)
  }

  get processes(): number[] {
    return Object.values(this.#channels).map(({ pid }) => pid)
  }

  async each<T>(ask: (channel: Channel<Calls>, end: End) => Promise<T>): Promise<[clients: T, servers: T]> {
    const { clients, servers } = this.#channels
    return await Promise.all([ask(clients, 'clients'), ask(servers, 'servers')])
  }

  async close(): Promise<void> {
    await Promise.all([this.each((channel) => channel.close()), this.iperf3?.close()])
  }
}

const doneOf = (channel: Channel<Calls>): Promise<void> =>
  new Promise((resolve, reject) => {
    channel.listen((message) => {
      if ('event' in message && message.event === 'done') resolve()
    }, reject)
  })

function factsOf(host: Host): HostFacts {
  const [addresses] = host.addresses
  if (addresses === undefined) throw new UsageError(`host ${host.name} has no link`)
  return { pid: host.pid, ipv4: addresses.ipv4, ipv6: addresses.ipv6 }
}

function checkHosts({ connections }: Connections, path: TrafficPath): void {
  for (const { from, to, workload, generator, ecn } of connections) {
    if (generator !== undefined && ecn === true) throw new UsageError(`workload[${workload}]: ${generator} cannot ask for ECN`)
    for (const { end, host } of [from, to]) {
      if (path[end][host] === undefined) throw new UsageError(`workload[${workload}]: there is no host ${host} among the ${path[end].length} ${end}`)
    }
  }
}

function firstListener({ clients }: TrafficPath): number {
  const [host] = clients
  if (host === undefined) throw new UsageError('traffic needs a client and a server')
  const time = times.get(host) ?? 0
  times.set(host, time + 1)
  // Ports of connecting ends begin above.
  return leastListener + portsATime * (time % 4)
}

/** A quarter of the window that a connection begins with. Who waits for all of it keeps the kernel from ever widening it. */
const mostReadAtLeast = 1 << 14

/** Bytes of about a millisecond, and of 20 ms parted among the flows that send all the time. */
function limitsOf({ links = [] }: TrafficPath, connections: readonly Connection[]): Limits {
  const rate = Math.min(10e9, ...links.flatMap(({ left, right }) => [nominalRate(left.rate), nominalRate(right.rate)]))
  const streams = connections.filter(({ items: [first] }) => first?.does === 'stream').length
  const between = (least: number, value: number, most: number): number => Math.round(Math.min(most, Math.max(least, value)))
  return {
    readAtLeast: between(1, rate / 8e3, mostReadAtLeast),
    unsent: between(1 << 15, (rate / 8) * 0.02 / Math.max(1, streams), 1 << 21),
  }
}
