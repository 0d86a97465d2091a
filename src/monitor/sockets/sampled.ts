import { type SocketField, type SocketSample, tcpState } from '../../sockets/index.ts'
import { caStates, type SocketView } from '../snapshot.ts'
import type { NumberField, SocketTable, TextField } from './table.ts'

type Number = (row: number) => number

// ABI: TCP_INFINITE_SSTHRESH, net/tcp.h; a minimum that was never set, net/ipv4/tcp.c.
const noSsthresh = 0x7fff_ffff
const noMinimum = 0xffff_ffff
/** ABI: the pacing rate of a socket without one is all ones. */
const noLimit = 2 ** 64

/** The sockets of one listing. Each field is read for all of them when it is first asked for. */
export function tableOfSample(sample: SocketSample): SocketTable {
  const columns = new Map<string, Number>()
  const column = (field: SocketField): Number => {
    const known = columns.get(field)
    if (known !== undefined) return known
    const values = sample.column(field)
    const read: Number = (row) => values[row] ?? Number.NaN
    columns.set(field, read)
    return read
  }
  const state = column('state')
  const info = column('tcpi_state')
  /** A socket that listens has other things in these fields, and one in TIME_WAIT has nothing at all. */
  const figure = (read: Number, without?: number): Number => {
    return (row) => {
      if (info(row) === 0 || tcpState(state(row)) === 'LISTEN') return Number.NaN
      const value = read(row)
      return value === without ? Number.NaN : value
    }
  }
  const numbers = (field: NumberField): Number => {
    switch (field) {
      case 'namespace': {
        const namespaces = sample.namespaces()
        return (row) => namespaces[row] ?? Number.NaN
      }
      case 'localPort':
      case 'remotePort':
      case 'sendQueue':
      case 'receiveQueue':
        return column(field)
      case 'inFlight': {
        const [unacked, sacked, lost, retrans] = [column('tcpi_unacked'), column('tcpi_sacked'), column('tcpi_lost'), column('tcpi_retrans')]
        return figure((row) => unacked(row) - sacked(row) - lost(row) + retrans(row))
      }
      case 'ssthresh':
        return figure(column('tcpi_snd_ssthresh'), noSsthresh)
      case 'minRttUs':
        return figure(column('tcpi_min_rtt'), noMinimum)
      case 'pacingRate':
        return figure(column('tcpi_pacing_rate'), noLimit)
      case 'srttUs':
        return figure(column('tcpi_rtt'), 0)
      default:
        return figure(column(plain[field]))
    }
  }
  const texts = (field: TextField): ((row: number) => string) => textsOf(sample, field, { state, caState: figure(column('tcpi_ca_state')) })
  return { length: sample.length, numbers, texts, views: (rows) => viewsOf(sample.pick(rows)) }
}

const plain = {
  cwnd: 'tcpi_snd_cwnd',
  rttvarUs: 'tcpi_rttvar',
  deliveryRate: 'tcpi_delivery_rate',
  lost: 'tcpi_lost',
  retransmits: 'tcpi_total_retrans',
  mss: 'tcpi_snd_mss',
  bytesAcked: 'tcpi_bytes_acked',
} as const

function textsOf(sample: SocketSample, field: TextField, { state, caState }: { state: Number; caState: Number }): (row: number) => string {
  switch (field) {
    case 'cookie': {
      const cookies = sample.cookies()
      return (row) => String(cookies[row] ?? '')
    }
    case 'congestion': {
      const names = sample.congestion()
      return (row) => sample.congestionNames[names[row] ?? 0] ?? ''
    }
    case 'state':
      return (row) => tcpState(state(row))
    case 'caState':
      return (row) => caStates[caState(row)] ?? ''
    case 'family':
      return (row) => sample.ends(row).family
    case 'localAddress':
      return (row) => sample.ends(row).local.address
    case 'remoteAddress':
      return (row) => sample.ends(row).remote.address
    case 'local':
      return (row) => endText(sample.ends(row).local)
    case 'remote':
      return (row) => endText(sample.ends(row).remote)
  }
}

const endText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** All sockets of a sample as objects. */
function viewsOf(sample: SocketSample): SocketView[] {
  const table = tableOfSample(sample)
  const make = makerOf(sample, (field) => table.numbers(field), (field) => table.texts(field))
  return Array.from({ length: sample.length }, (_, row) => make(row))
}

function makerOf(
  sample: SocketSample,
  numbers: (field: NumberField) => Number,
  texts: (field: TextField) => (row: number) => string,
): (row: number) => SocketView {
  const orNull = (field: NumberField): ((row: number) => number | null) => {
    const read = numbers(field)
    return (row) => {
      const value = read(row)
      return Number.isNaN(value) ? null : value
    }
  }
  const [cookie, state, congestion, caState] = [texts('cookie'), texts('state'), texts('congestion'), texts('caState')]
  const [namespace, sendQueue, receiveQueue] = [numbers('namespace'), numbers('sendQueue'), numbers('receiveQueue')]
  const [cwnd, ssthresh, srttUs, rttvarUs] = [orNull('cwnd'), orNull('ssthresh'), orNull('srttUs'), orNull('rttvarUs')]
  const [minRttUs, pacingRate, deliveryRate] = [orNull('minRttUs'), orNull('pacingRate'), orNull('deliveryRate')]
  const [inFlight, lost, retransmits, mss, bytesAcked] = [orNull('inFlight'), orNull('lost'), orNull('retransmits'), orNull('mss'), orNull('bytesAcked')]
  return (row) => {
    const { family, local, remote } = sample.ends(row)
    const known = caStates.find((name) => name === caState(row))
    return {
      cookie: cookie(row),
      namespace: namespace(row),
      family,
      local: endText(local),
      remote: endText(remote),
      state: state(row),
      congestion: congestion(row),
      cwnd: cwnd(row),
      ssthresh: ssthresh(row),
      srttUs: srttUs(row),
      rttvarUs: rttvarUs(row),
      minRttUs: minRttUs(row),
      pacingRate: pacingRate(row),
      deliveryRate: deliveryRate(row),
      inFlight: inFlight(row),
      lost: lost(row),
      retransmits: retransmits(row),
      caState: known ?? null,
      mss: mss(row),
      bytesAcked: bytesAcked(row)?.toFixed() ?? null,
      sendQueue: sendQueue(row),
      receiveQueue: receiveQueue(row),
    }
  }
}
