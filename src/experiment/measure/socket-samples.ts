import { type Fd, openNamespace } from '../../kernel/index.ts'
import { type SocketSample, SocketSampler } from '../../sockets/index.ts'
import type { TrafficRun } from '../traffic/run-traffic.ts'
import { type SampleColumns, samplesOf } from '../trial.ts'
import type { Senders } from '../traffic/senders.ts'

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
  readonly #senders: Senders
  readonly #begun: bigint
  readonly #parts: { columns: SampleColumns; plans: Uint32Array }[] = []

  constructor(senders: Senders, { begun }: Pick<TrafficRun, 'begun'>) {
    const { hosts, ports: port } = senders
    this.#senders = senders
    this.#begun = begun
    using opened = new DisposableStack()
    const namespaces: Fd[] = hosts.map(({ pid }) => opened.use(openNamespace(`/proc/${pid}/ns/net`)))
    // What is in other states sends no data.
    this.#sampler = new SocketSampler({
      namespaces,
      states: ['ESTABLISHED', 'FIN_WAIT1', 'CLOSE_WAIT', 'CLOSING'],
      match: hosts.length === 0 ? [] : [{ local: { port } }, { remote: { port } }],
    })
  }

  take(): void {
    const sample = this.#sampler.sample()
    const [namespaces, local, remote] = [sample.namespaces(), sample.column('localPort'), sample.column('remotePort')]
    const known: number[] = []
    const plans: number[] = []
    for (let row = 0; row < sample.length; row += 1) {
      const plan = this.#senders.planOf(namespaces[row] ?? 0, local[row] ?? 0, remote[row] ?? 0)
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

  [Symbol.dispose](): void {
    this.#sampler[Symbol.dispose]()
  }
}

const isColumn = (name: string): name is keyof SampleColumns => name in noColumns
const noColumns = samplesOf(0)
