import type { SocketView } from '../snapshot.ts'

/** Figures of a socket, and what else of it is a number. */
export type NumberField =
  | 'namespace'
  | 'localPort'
  | 'remotePort'
  | 'cwnd'
  | 'ssthresh'
  | 'srttUs'
  | 'rttvarUs'
  | 'minRttUs'
  | 'pacingRate'
  | 'deliveryRate'
  | 'inFlight'
  | 'lost'
  | 'retransmits'
  | 'mss'
  | 'bytesAcked'
  | 'sendQueue'
  | 'receiveQueue'

export type TextField = 'cookie' | 'family' | 'localAddress' | 'remoteAddress' | 'local' | 'remote' | 'state' | 'congestion' | 'caState'

/** Sockets by their figures: what a filter and an order look at, without an object for each socket. */
export interface SocketTable {
  readonly length: number
  /** NaN where a socket has no such figure. */
  numbers(field: NumberField): (row: number) => number
  /** Empty where a socket has no such text. */
  texts(field: TextField): (row: number) => string
  /** Of these rows. */
  views(rows: Int32Array): SocketView[]
}
