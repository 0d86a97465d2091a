import type { SocketView } from '../../../src/monitor/index.ts'
import { bits, orNone, scaled, time } from '../screen/figures.ts'
import { plain, type Row, span } from '../screen/row.ts'
import type { Column } from '../screen/table.ts'
import type { Style } from '../theme/styles.ts'

type SocketColumn = Column<SocketView> & { key: keyof SocketView }

const figure = (value: number | null, show: (value: number) => string): Row => [span(orNone(value, show), value === null || value === 0 ? 'dim' : 'text')]

const right = (key: keyof SocketView, title: string, width: number, priority: number, cell: (socket: SocketView) => Row): SocketColumn => ({
  key,
  title,
  width,
  align: 'right',
  priority,
  cell,
  sort: () => 0,
})

/** Only what asks for attention has a colour. */
const caStyles: Readonly<Record<string, Style>> = { open: 'dim', disorder: 'text', cwr: 'warn', recovery: 'warn', loss: 'bad' }

/** The keys are those by which the monitor sorts. */
export const socketColumns: readonly SocketColumn[] = [
  { key: 'congestion', title: 'CC', width: 12, most: 16, align: 'left', priority: 0, cell: ({ congestion }) => [span(plain(congestion), 'strong')], sort: () => 0 },
  { key: 'local', title: 'LOCAL', width: 15, most: 30, align: 'left', priority: 8, cell: ({ local }, width) => shortened(local, width), sort: () => 0 },
  { key: 'remote', title: 'REMOTE', width: 15, most: 30, align: 'left', priority: 1, cell: ({ remote, state }, width) => (state === 'LISTEN' ? [span('listens', 'dim')] : shortened(remote, width)), sort: () => 0 },
  { key: 'state', title: 'STATE', width: 11, align: 'left', priority: 10, cell: ({ state }) => [span(plain(state), state === 'ESTABLISHED' ? 'dim' : 'text')], sort: () => 0 },
  { key: 'caState', title: 'CA', width: 8, align: 'left', priority: 7, cell: ({ caState }) => [span(caState ?? '', caStyles[caState ?? ''] ?? 'text')], sort: () => 0 },
  right('cwnd', 'CWND', 6, 2, ({ cwnd }) => figure(cwnd, scaled)),
  right('ssthresh', 'SSTHR', 6, 6, ({ ssthresh }) => figure(ssthresh, scaled)),
  right('srttUs', 'SRTT', 7, 3, ({ srttUs }) => figure(srttUs, time)),
  right('rttvarUs', 'RTTVAR', 7, 12, ({ rttvarUs }) => figure(rttvarUs, time)),
  right('minRttUs', 'MIN RTT', 7, 9, ({ minRttUs }) => figure(minRttUs, time)),
  right('pacingRate', 'PACING', 11, 11, ({ pacingRate }) => figure(pacingRate, bits)),
  right('deliveryRate', 'DELIVERY', 11, 4, ({ deliveryRate }) => figure(deliveryRate, bits)),
  right('inFlight', 'FLIGHT', 6, 8.5, ({ inFlight }) => figure(inFlight, scaled)),
  right('retransmits', 'RETR', 6, 5, ({ retransmits }) => [span(orNone(retransmits, scaled), (retransmits ?? 0) > 0 ? 'warn' : 'dim')]),
  right('bytesAcked', 'ACKED', 8, 13, ({ bytesAcked }) => figure(bytesAcked === null ? null : Number(bytesAcked), (bytes) => scaled(bytes, 'B'))),
  right('namespace', 'NETNS', 11, 14, ({ namespace }) => [span(String(namespace), 'dim')]),
]

/** As people write it: an IPv4 address of an IPv6 socket is one of IPv4. */
export const addressOf = (address: string): string => plain(address.replace(/^\[::ffff:([\d.]+)\]/, '$1'))

/** The port tells connections apart: where a long address has no room, its beginning goes. */
function shortened(address: string, columns: number): Row {
  const text = addressOf(address)
  return [span(text.length > columns ? `…${text.slice(1 - columns)}` : text)]
}
