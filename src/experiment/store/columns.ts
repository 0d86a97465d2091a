import type { AckColumns, QueueColumns, SampleColumns } from '../trial.ts'

/** Which column of a table holds which of the typed arrays, in the table's order. */
type Columns<Table> = readonly (readonly [column: string, key: keyof Table])[]

export const sampleColumns: Columns<SampleColumns> = [
  ['time_ns', 'timeNs'],
  ['flow', 'flow'],
  ['cwnd', 'cwnd'],
  ['ssthresh', 'ssthresh'],
  ['srtt_us', 'srttUs'],
  ['rttvar_us', 'rttvarUs'],
  ['min_rtt_us', 'minRttUs'],
  ['pacing_rate', 'pacingRate'],
  ['delivery_rate', 'deliveryRate'],
  ['inflight', 'inflight'],
  ['retransmits', 'retransmits'],
  ['ca_state', 'caState'],
  ['bytes_acked', 'bytesAcked'],
]

export const ackColumns: Columns<AckColumns> = [...sampleColumns, ['delivered', 'delivered'], ['delivered_ce', 'deliveredCe'], ['lost', 'lost']]

export const queueColumns: Columns<QueueColumns> = [
  ['time_ns', 'timeNs'],
  ['packets', 'packets'],
  ['bytes', 'bytes'],
  ['delay_ns', 'delayNs'],
  ['drops', 'drops'],
  ['marks', 'marks'],
]

export function queueOf(rows: number): QueueColumns {
  return {
    timeNs: new Float64Array(rows),
    packets: new Uint32Array(rows),
    bytes: new Float64Array(rows),
    delayNs: new Float64Array(rows),
    drops: new Uint32Array(rows),
    marks: new Uint32Array(rows),
  }
}
