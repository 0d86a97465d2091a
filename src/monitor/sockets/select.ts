import { applyFilter } from '../filter/apply.ts'
import { parseFilter } from '../filter/parse.ts'
import type { SocketQuery, SocketsView, SocketView } from '../snapshot.ts'
import type { NumberField, SocketTable } from './table.ts'

/**
 * The sockets of a table that are asked for. Only those in the window become objects.
 *
 * @throws UsageError that points at the column of a filter that cannot be read
 */
export function selectSockets(table: SocketTable, { filter = '', sort, reverse = false, from = 0, count = Infinity }: SocketQuery): SocketsView {
  const all = Int32Array.from({ length: table.length }, (_, row) => row)
  const fitting = filter.trim() === '' ? all : all.filter(applyFilter(parseFilter(filter), table))
  if (sort !== undefined) fitting.sort(order(table, sort, reverse ? -1 : 1))
  else if (reverse) fitting.reverse()
  const first = Math.max(0, Math.min(from, fitting.length))
  const rows = table.views(fitting.subarray(first, Math.min(fitting.length, first + count)))
  return { total: table.length, matching: fitting.length, from: first, rows }
}

/** Those without the figure come last either way, and those that are alike stay as they were. */
function order(table: SocketTable, sort: keyof SocketView, direction: 1 | -1): (left: number, right: number) => number {
  if (isNumber(sort)) {
    const number = table.numbers(sort)
    const values = Float64Array.from({ length: table.length }, (_, row) => number(row))
    const at = (row: number): number => values[row] ?? Number.NaN
    return (left, right) => Number(Number.isNaN(at(left))) - Number(Number.isNaN(at(right))) || direction * (at(left) - at(right)) || left - right
  }
  const text = table.texts(sort)
  const values = Array.from({ length: table.length }, (_, row) => text(row))
  const at = (row: number): string => values[row] ?? ''
  return (left, right) => Number(at(left) === '') - Number(at(right) === '') || direction * compare(at(left), at(right)) || left - right
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

const numberFields: ReadonlySet<string> = new Set<Exclude<NumberField, 'localPort' | 'remotePort'>>([
  'namespace',
  'cwnd',
  'ssthresh',
  'srttUs',
  'rttvarUs',
  'minRttUs',
  'pacingRate',
  'deliveryRate',
  'inFlight',
  'lost',
  'retransmits',
  'mss',
  'bytesAcked',
  'sendQueue',
  'receiveQueue',
])

const isNumber = (field: keyof SocketView): field is Extract<keyof SocketView, NumberField> => numberFields.has(field)
