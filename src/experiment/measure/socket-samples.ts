import { type Fd, openNamespace } from '../../kernel/index.ts'
import { type SocketSample, SocketSampler } from '../../sockets/index.ts'
import type { Host } from '../../testbed/index.ts'
import { portsOf, senderOf } from '../traffic/connections.ts'
import type { TrafficPath, TrafficRun } from '../traffic/run-traffic.ts'
import { type SampleColumns, samplesOf } from '../trial.ts'

/** The columns that are one of the kernel's fields. */
const fields = {
  cwnd: 'tcpi_snd_cwnd',
  ssthresh: 'tcpi_snd_ssthresh',
  srttUs: 'tcpi_rtt',
  rttvarUs: 'tcpi_rttvar',
  minRttUs: 'tcpi_min_rtt',
  pacingRate: 'tcpi_pacing_rate',
  deliveryRate: 'tcpi_delivery_rate',
  retransmits: 'tcpi_total_retrans',
  caState: 'tcpi_ca_state',
  bytesAcked: 'tcpi_bytes_acked',
} as const

/** Samples the sockets that send the data of some traffic, where they send from. */
export class SocketSamples implements Disposable {
  readonly #sampler: SocketSampler
  readonly #begun: bigint
  /** The first plan of each connection, by its namespace and ports. */
  readonly #plans = new Map<number, number>()
  /** Small numbers for namespaces. */
  readonly #places: readonly number[]
  readonly #parts: { columns: SampleColumns; plans: Uint32Array }[] = []

  constructor(path: TrafficPath, { connections, begun }: Pick<TrafficRun, 'connections' | 'begun'>) {
    const hosts = new Set<Host>()
    const senders = connections.map((connection) => {
      const end = senderOf(connection)
      const { host } = connection.from.end === end ? connection.from : connection.to
      const sender = path[end][host]
      if (sender !== undefined) hosts.add(sender)
      return sender?.namespace ?? 0
    })
    this.#begun = begun
    this.#places = [...hosts].map(({ namespace }) => namespace)
    for (const [index, connection] of connections.entries()) {
      const { localPort, remotePort } = portsOf(connection)
      this.#plans.set(this.#key(senders[index] ?? 0, localPort, remotePort), connection.items[0]?.plan ?? 0)
    }
    const ports = connections.map(({ listenerPort }) => listenerPort)
    const port = [ports.reduce((least, one) => Math.min(least, one), 0xffff), ports.reduce((most, one) => Math.max(most, one), 0)] as const
    using opened = new DisposableStack()
    const namespaces: Fd[] = [...hosts].map(({ pid }) => opened.use(openNamespace(`/proc/${pid}/ns/net`)))
    // What is in other states sends no data.
    this.#sampler = new SocketSampler({
      namespaces,
      states: ['ESTABLISHED', 'FIN_WAIT1', 'CLOSE_WAIT', 'CLOSING'],
      match: connections.length === 0 ? [] : [{ local: { port } }, { remote: { port } }],
    })
  }

  take(): void {
    const sample = this.#sampler.sample()
    const [namespaces, local, remote] = [sample.namespaces(), sample.column('localPort'), sample.column('remotePort')]
    const known: number[] = []
    const plans: number[] = []
    for (let row = 0; row < sample.length; row += 1) {
      const plan = this.#plans.get(this.#key(namespaces[row] ?? 0, local[row] ?? 0, remote[row] ?? 0))
      if (plan === undefined) continue
      known.push(row)
      plans.push(plan)
    }
    if (known.length > 0) this.#parts.push({ columns: this.#columnsOf(sample, known), plans: Uint32Array.from(plans) })
  }

  /** All samples; `recordOf` is the place of a plan's first record. */
  columns(recordOf: (plan: number) => number): SampleColumns {
    const all = samplesOf(this.#parts.reduce((sum, { plans }) => sum + plans.length, 0))
    let at = 0
    for (const { columns, plans } of this.#parts) {
      columns.flow.set(plans.map(recordOf))
      for (const name of Object.keys(columns)) if (isColumn(name)) all[name].set(columns[name], at)
      at += plans.length
    }
    return all
  }

  #columnsOf(sample: SocketSample, rows: readonly number[]): SampleColumns {
    const columns = samplesOf(rows.length)
    columns.timeNs.fill(Number((sample.startedAt + sample.endedAt) / 2n - this.#begun))
    for (const [name, field] of Object.entries(fields)) {
      const values = sample.column(field)
      if (isColumn(name)) for (const [place, row] of rows.entries()) columns[name][place] = values[row] ?? 0
    }
    // ABI: tcp_packets_in_flight, net/tcp.h.
    const [out, sacked, lost, again] = (['tcpi_unacked', 'tcpi_sacked', 'tcpi_lost', 'tcpi_retrans'] as const).map((field) => sample.column(field))
    for (const [place, row] of rows.entries()) {
      columns.inflight[place] = Math.max(0, (out?.[row] ?? 0) - (sacked?.[row] ?? 0) - (lost?.[row] ?? 0) + (again?.[row] ?? 0))
    }
    return columns
  }

  #key(namespace: number, localPort: number, remotePort: number): number {
    return (this.#places.indexOf(namespace) + 1) * 2 ** 32 + localPort * 2 ** 16 + remotePort
  }

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]()
  }
}

const isColumn = (name: string): name is keyof SampleColumns => name in samplesOf(0)
