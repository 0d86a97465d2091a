import { UsageError } from '../../errors/index.ts'
import { parseBytes, parseRate, parseTime } from '../../units/index.ts'
import { tcpStates } from '../../sockets/index.ts'
import { caStates, type SocketView } from '../snapshot.ts'
import type { NumberField, TextField } from '../sockets/table.ts'

/** What a filter calls something of a socket. Of several fields it is enough that one fits. */
export type FilterField =
  | { kind: 'text'; of: readonly TextField[]; known?: readonly string[] }
  | { kind: 'number'; of: readonly NumberField[]; read: (text: string) => number }

function plain(text: string): number {
  const value = /^\d{1,20}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new UsageError(`expected a whole number, not "${text}"`)
  return value
}

const text = (...of: TextField[]): FilterField => ({ kind: 'text', of })
const count = (...of: NumberField[]): FilterField => ({ kind: 'number', of, read: plain })
const time = (...of: NumberField[]): FilterField => ({ kind: 'number', of, read: (word) => parseTime(word) / 1000 })
const rate = (...of: NumberField[]): FilterField => ({ kind: 'number', of, read: (word) => parseRate(word) / 8 })
const bytes = (...of: NumberField[]): FilterField => ({ kind: 'number', of, read: parseBytes })

export const filterFields: Readonly<Record<string, FilterField>> = {
  cc: text('congestion'),
  state: { kind: 'text', of: ['state'], known: tcpStates },
  ca: { kind: 'text', of: ['caState'], known: caStates },
  family: { kind: 'text', of: ['family'], known: ['ipv4', 'ipv6'] },
  local: text('localAddress'),
  remote: text('remoteAddress'),
  address: text('localAddress', 'remoteAddress'),
  lport: count('localPort'),
  rport: count('remotePort'),
  port: count('localPort', 'remotePort'),
  netns: count('namespace'),
  cookie: text('cookie'),
  cwnd: count('cwnd'),
  ssthresh: count('ssthresh'),
  srtt: time('srttUs'),
  rttvar: time('rttvarUs'),
  minrtt: time('minRttUs'),
  pacing: rate('pacingRate'),
  delivery: rate('deliveryRate'),
  inflight: count('inFlight'),
  lost: count('lost'),
  retrans: count('retransmits'),
  mss: bytes('mss'),
  acked: bytes('bytesAcked'),
  sendq: bytes('sendQueue'),
  recvq: bytes('receiveQueue'),
}

/** What sockets can be sorted by, as a filter calls it. */
export const sortFields: Readonly<Record<string, keyof SocketView>> = {
  cc: 'congestion',
  state: 'state',
  ca: 'caState',
  family: 'family',
  local: 'local',
  remote: 'remote',
  netns: 'namespace',
  cookie: 'cookie',
  cwnd: 'cwnd',
  ssthresh: 'ssthresh',
  srtt: 'srttUs',
  rttvar: 'rttvarUs',
  minrtt: 'minRttUs',
  pacing: 'pacingRate',
  delivery: 'deliveryRate',
  inflight: 'inFlight',
  lost: 'lost',
  retrans: 'retransmits',
  mss: 'mss',
  acked: 'bytesAcked',
  sendq: 'sendQueue',
  recvq: 'receiveQueue',
}
