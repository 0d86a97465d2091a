import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../../errors/index.ts'
import { openNamespace } from '../../../kernel/index.ts'
import { SocketSampler, TCPI_OPT } from '../../../sockets/index.ts'
import type { Host, Program } from '../../../testbed/index.ts'
import type { Connection, Connections, Place } from '../connections.ts'
import type { EndFacts } from '../outcome.ts'
import type { Outcomes } from '../records.ts'
import type { TrafficPath } from '../run-traffic.ts'
import { Senders } from '../senders.ts'
import { type Iperf3Report, readIperf3 } from './report.ts'

/** How often sockets are looked at until all send, and then, ms. */
const [soonMs, laterMs] = [5, 100]
const patienceMs = 60_000
/** Characters that are kept of what it prints: a report of one stream has 3000. */
const kept = 40_000
/** With which iperf3 says on a connection whose it is. */
const cookieBytes = 37

/** A flow that iperf3 sends: a server and a client of its own, so that its ports are known and none waits for another. */
interface Flow {
  number: number
  connection: Connection
  plan: number
  at: number
  seconds: number
  /** When it was first seen to send, ns since traffic began; NaN before. */
  begunNs: number
  /** The kernel's last word, while there was a socket. */
  last?: Omit<EndFacts, 'connection' | 'error'> & { bytesAcked: number }
  report?: Iperf3Report
  error?: string
}

/** The flows of some traffic that iperf3 sends. */
export class Iperf3Flows implements AsyncDisposable {
  /** Resolves when all have ended, or the time is over. */
  readonly done: Promise<void>
  readonly #path: TrafficPath
  readonly #flows: readonly Flow[]
  readonly #senders: Senders
  readonly #sampler: SocketSampler
  readonly #programs: Program[] = []
  readonly #closing = new AbortController()
  readonly #tellDone: () => void
  #begun = 0n
  #overNs = 0

  constructor(path: TrafficPath, { connections }: Connections) {
    this.#path = path
    this.#flows = connections.flatMap(flowOf)
    this.#senders = new Senders(path, this.#flows.map(({ connection }) => connection))
    this.#sampler = samplerOf(this.#senders)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.#tellDone = resolve
  }

  /** Has the servers listen. */
  async prepare(): Promise<void> {
    await Promise.all(this.#flows.map(({ connection }) => this.#serve(connection)))
  }

  /** `at` is a moment of CLOCK_MONOTONIC, and `until` ns after it all is over. */
  begin(at: bigint, until: number): void {
    this.#begun = at
    const ended = Promise.all(this.#flows.map((flow) => this.#run(flow)))
    const over = this.#sleepUntil(until)
    void this.#look()
    void Promise.race([ended, over]).then(() => {
      this.#overNs = this.#now()
      this.#tellDone()
      return undefined
    })
  }

  /** Writes down what became of them, beside what became of the others. */
  finish(outcomes: Outcomes): void {
    for (const { number, connection, plan, begunNs, last, report, error } of this.#flows) {
      const [out, into] = [outcomes[connection.from.end], outcomes[connection.to.end]]
      out.startNs[plan] = begunNs
      into.bytes[plan] = report?.bytes ?? Math.max(0, (last?.bytesAcked ?? 0) - cookieBytes)
      if (report !== undefined) into.endNs[plan] = begunNs + report.seconds * 1e9
      if (error !== undefined) out.failures.push(error)
      else if (Number.isNaN(begunNs)) out.failures.push('traffic ended before iperf3 began')
      if (last === undefined && error === undefined) continue
      const { bytesAcked: _bytesAcked, ...facts } = last ?? noFacts
      const retransmits = report?.retransmits ?? facts.retransmits
      out.ends.push({ ...facts, connection: number, retransmits, ...(error === undefined ? {} : { error }) })
    }
    const { clients, servers } = outcomes
    clients.overNs = Math.max(clients.overNs, this.#overNs)
    servers.overNs = Math.max(servers.overNs, this.#overNs)
  }

  async #serve({ to, family, listenerPort: port }: Connection): Promise<void> {
    const host = this.#hostAt(to)
    const args = ['-s', '-1', '-p', `${port}`, '-B', addressOf(host, family)]
    const program = await this.#start(host, args)
    const ended = program.ended.then(({ printed }) => {
      throw new TestbedError(`iperf3 ${args.join(' ')} on ${host.name} does not listen: ${printed.trim()}`)
    })
    ended.catch(() => undefined)
    const deadline = performance.now() + patienceMs
    while (host.sockets({ states: ['LISTEN'], match: [{ local: { port } }] }).length === 0) {
      if (performance.now() > deadline) throw new TestbedError(`iperf3 ${args.join(' ')} on ${host.name} does not listen after ${patienceMs / 1000} s`)
      await Promise.race([ended, sleep(soonMs, undefined, { signal: this.#closing.signal })])
    }
  }

  async #run(flow: Flow): Promise<void> {
    const { from, to, family, port, listenerPort, cc } = flow.connection
    try {
      await this.#sleepUntil(flow.at)
      const server = addressOf(this.#hostAt(to), family)
      // Not -P: streams of one client cannot begin at different times. -C is the server's, too.
      const args = ['-c', server, '-p', `${listenerPort}`, '--cport', `${port}`, '-t', `${flow.seconds}`, '-C', cc, '-i', '0', '-J']
      const program = await this.#start(this.#hostAt(from), args)
      const { printed } = await program.ended
      this.#closing.signal.throwIfAborted()
      const report = readIperf3(printed)
      const other = [report.congestion.sender, report.congestion.receiver].find((name) => name !== cc)
      if (other !== undefined) throw new TestbedError(`iperf3 used ${other}, and not ${cc}`)
      if (Number.isNaN(flow.begunNs)) throw new TestbedError('iperf3 was not seen sending')
      flow.report = report
    } catch (error) {
      if (!this.#closing.signal.aborted) flow.error = error instanceof Error ? error.message : String(error)
    }
  }

  async #start(host: Host, args: readonly string[]): Promise<Program> {
    const program = await host.run('iperf3', args, { kept })
    if (this.#closing.signal.aborted) await program.signal('SIGKILL')
    this.#programs.push(program)
    return program
  }

  /** Looks at the sending sockets, for when they begin and for what only the kernel knows. */
  async #look(): Promise<void> {
    const byPlan = new Map(this.#flows.map((flow) => [flow.plan, flow]))
    while (!this.#closing.signal.aborted) {
      const now = this.#now()
      this.#sample(byPlan, now)
      const isSoon = this.#flows.some(({ at, begunNs, error }) => Number.isNaN(begunNs) && error === undefined && at < now + laterMs * 1e6)
      await sleep(isSoon ? soonMs : laterMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
    }
  }

  #sample(byPlan: ReadonlyMap<number, Flow>, now: number): void {
    const sample = this.#sampler.sample()
    const [namespaces, local, remote] = [sample.namespaces(), sample.column('localPort'), sample.column('remotePort')]
    const [sent, acked, options] = [sample.column('tcpi_bytes_sent'), sample.column('tcpi_bytes_acked'), sample.column('tcpi_options')]
    const [again, segmentsIn, segmentsOut] = [sample.column('tcpi_total_retrans'), sample.column('tcpi_segs_in'), sample.column('tcpi_segs_out')]
    const marked = sample.column('tcpi_delivered_ce')
    for (let row = 0; row < sample.length; row += 1) {
      // One of them is not that of its control connection, whose port nobody has chosen.
      const flow = byPlan.get(this.#senders.planOf(namespaces[row] ?? 0, local[row] ?? 0, remote[row] ?? 0) ?? Number.NaN)
      if (flow === undefined) continue
      if (Number.isNaN(flow.begunNs) && (sent[row] ?? 0) > cookieBytes) flow.begunNs = now
      flow.last = {
        bytesAcked: acked[row] ?? 0,
        ecn: ((options[row] ?? 0) & TCPI_OPT.ECN) !== 0,
        retransmits: again[row] ?? 0,
        segmentsIn: segmentsIn[row] ?? 0,
        segmentsOut: segmentsOut[row] ?? 0,
        marked: marked[row] ?? 0,
      }
    }
  }

  #hostAt({ end, host }: Place): Host {
    const found = this.#path[end][host]
    if (found === undefined) throw new RangeError(`the ${end} have no host ${host}`)
    return found
  }

  #now(): number {
    return Number(process.hrtime.bigint() - this.#begun)
  }

  async #sleepUntil(at: number): Promise<void> {
    await sleep(Math.max(0, (at - this.#now()) / 1e6), undefined, { signal: this.#closing.signal }).catch(() => undefined)
  }

  /** Ends what runs still. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#tellDone()
    await Promise.all(this.#programs.map(async (program) => {
      await program.signal('SIGKILL')
      await program.ended.catch(() => undefined)
    }))
    this.#sampler[Symbol.dispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

const noFacts = { bytesAcked: 0, ecn: false, retransmits: 0, segmentsIn: 0, segmentsOut: 0, marked: 0 }

function flowOf(connection: Connection, number: number): Flow[] {
  const [item] = connection.items
  if (connection.generator === undefined || item?.does !== 'stream') return []
  return [{ number, connection, plan: item.plan, at: item.at, seconds: Math.round((item.until - item.at) / 1e9), begunNs: Number.NaN }]
}

function samplerOf({ hosts, ports: port }: Senders): SocketSampler {
  using opened = new DisposableStack()
  const namespaces = hosts.map(({ pid }) => opened.use(openNamespace(`/proc/${pid}/ns/net`)))
  return new SocketSampler({ namespaces, states: ['ESTABLISHED', 'FIN_WAIT1', 'CLOSE_WAIT', 'CLOSING'], match: [{ remote: { port } }] })
}

const addressOf = ({ name, addresses }: Host, family: Connection['family']): string => {
  const [first] = addresses
  if (first === undefined) throw new TestbedError(`host ${name} has no link`)
  return first[family]
}
