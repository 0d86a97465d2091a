import type { Target } from '../../loader/index.ts'
import { type AckBatch, type AckField, AckTrace } from '../../sockets/index.ts'
import type { TrafficRun } from '../traffic/run-traffic.ts'
import { type AckColumns, ackColumnsOf, type AckRecord } from '../trial.ts'
import type { Senders } from '../traffic/senders.ts'

/** The columns that are one of an event's fields. */
const fields = {
  cwnd: 'snd_cwnd',
  ssthresh: 'snd_ssthresh',
  srttUs: 'srtt',
  rttvarUs: 'mdev',
  minRttUs: 'min_rtt',
  pacingRate: 'pacing_rate',
  deliveryRate: 'delivery_rate',
  retransmits: 'total_retrans',
  caState: 'ca_state',
  bytesAcked: 'bytes_acked',
  delivered: 'delivered',
  deliveredCe: 'delivered_ce',
  lost: 'lost',
} as const satisfies Partial<Record<keyof AckColumns, AckField>>

/** ACKs of one trial that are kept, some 90 bytes each: what 1 Gbit/s brings in 20 s where every second packet is acknowledged. */
const mostKept = 1_000_000
/** 60,000 events until they are read. */
const bufferBytes = 1 << 23

/** What the sockets that send the data of some traffic were like at each ACK. */
export class AckSamples implements Disposable {
  readonly #trace: AckTrace
  readonly #senders: Senders
  readonly #begun: number
  readonly #parts: { columns: AckColumns; plans: Uint32Array }[] = []
  #kept = 0
  #unread = 0

  constructor(senders: Senders, { begun }: Pick<TrafficRun, 'begun'>, target: Target) {
    const [one, ...others] = senders.hosts
    this.#senders = senders
    this.#begun = Number(begun)
    // Of several hosts the receivers' events come too, and are left out here.
    const where = one === undefined || others.length > 0 ? {} : { namespace: one.namespace }
    this.#trace = new AckTrace(target, { ...where, port: senders.ports, bufferBytes })
  }

  /** Takes what has come since the last time. */
  take(): void {
    const batch = this.#trace.read()
    this.#unread += batch.lost
    const { rows, plans } = this.#own(batch)
    const room = Math.min(rows.length, mostKept - this.#kept)
    this.#unread += rows.length - room
    if (room === 0) return
    this.#parts.push({ columns: this.#columnsOf(batch, rows.slice(0, room)), plans: Uint32Array.from(plans.slice(0, room)) })
    this.#kept += room
  }

  /** All of them; `recordOf` is the place of a plan's first record. */
  record(recordOf: (plan: number) => number): AckRecord {
    const columns = ackColumnsOf(this.#kept)
    let at = 0
    for (const part of this.#parts) {
      part.columns.flow.set(part.plans.map(recordOf))
      for (const name of Object.keys(columns)) if (isColumn(name)) columns[name].set(part.columns[name], at)
      at += part.plans.length
    }
    return { columns, unread: this.#unread }
  }

  #own(batch: AckBatch): { rows: number[]; plans: number[] } {
    const [namespaces, local, remote] = [batch.column('namespace'), batch.column('local_port'), batch.column('remote_port')]
    const [rows, plans]: [number[], number[]] = [[], []]
    for (let row = 0; row < batch.length; row += 1) {
      const plan = this.#senders.planOf(namespaces[row] ?? 0, local[row] ?? 0, remote[row] ?? 0)
      if (plan === undefined) continue
      rows.push(row)
      plans.push(plan)
    }
    return { rows, plans }
  }

  #columnsOf(batch: AckBatch, rows: readonly number[]): AckColumns {
    const columns = ackColumnsOf(rows.length)
    for (const [name, field] of Object.entries(fields)) {
      const values = batch.column(field)
      if (isColumn(name)) for (const [place, row] of rows.entries()) columns[name][place] = values[row] ?? 0
    }
    const times = batch.column('time')
    // ABI: tcp_packets_in_flight, net/tcp.h.
    const [out, sacked, lost, again] = (['packets_out', 'sacked_out', 'lost_out', 'retrans_out'] as const).map((field) => batch.column(field))
    for (const [place, row] of rows.entries()) {
      columns.timeNs[place] = (times[row] ?? 0) - this.#begun
      columns.inflight[place] = Math.max(0, (out?.[row] ?? 0) - (sacked?.[row] ?? 0) - (lost?.[row] ?? 0) + (again?.[row] ?? 0))
    }
    return columns
  }

  [Symbol.dispose](): void {
    this.#trace[Symbol.dispose]()
  }
}

const isColumn = (name: string): name is keyof AckColumns => name in noColumns
const noColumns = ackColumnsOf(0)
