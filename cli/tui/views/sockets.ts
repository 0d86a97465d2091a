import type { SocketView } from '../../../src/monitor/index.ts'
import { type Area, inner, panel } from '../screen/panel.ts'
import { fit, plain, type Row, span, width } from '../screen/row.ts'
import { headerRow, itemRow, layOut } from '../screen/table.ts'
import { plural } from '../screen/words.ts'
import { socketOf } from '../state/chosen.ts'
import type { Model } from '../state/ui.ts'
import type { Glyphs } from '../theme/glyphs.ts'
import { addressOf, socketColumns } from './socket-columns.ts'

/** What the list has no columns for stands below it, of the one under the cursor, where there is room: so many rows. */
const rowsBelow = (area: Area): number => (area.rows < 20 || allFit(area) ? 0 : area.columns < 100 ? 6 : 5)

/** A window of the sockets that fit the filter, as the monitor sorted them. */
export function socketsView(model: Model, area: Area): Row[] {
  const rest = { ...area, rows: rowsBelow(area) }
  if (rest.rows === 0) return listPanel(model, area)
  const socket = socketOf(model)
  const rows = socket === undefined ? [] : socketFacts(socket, inner(rest).columns, model.glyphs)
  return [...listPanel(model, { ...area, rows: area.rows - rest.rows }), ...panel({ title: 'Socket', ...rest }, rows, model.glyphs)]
}

const allFit = (area: Area): boolean => layOut(socketColumns, inner(area).columns).length === socketColumns.length

/** All figures of a socket, by the columns' names. */
function socketFacts(socket: SocketView, columns: number, glyphs: Glyphs): Row[] {
  const pieces = socketColumns.flatMap(({ key, title, cell, width: wide }): Row[] => {
    if (key === 'local' || key === 'remote' || key === 'congestion') return []
    const value = cell(socket, columns)
    // Of one width, so that nothing moves while figures change.
    return [[span(`${title.toLowerCase()} `, 'header'), ...fit(typeof value === 'string' ? [span(value)] : value, wide)]]
  })
  const between = [span(addressOf(socket.local)), span(glyphs.braille ? ' → ' : ' -> ', 'dim'), span(addressOf(socket.remote)), span(`  cookie ${socket.cookie}`, 'dim')]
  const lines: Row[] = [[span(plain(socket.congestion), 'strong'), span('  '), ...between]]
  let line: Row = []
  for (const piece of pieces) {
    if (width(line) + 2 + width(piece) > columns) {
      lines.push(line)
      line = []
    }
    line = line.length === 0 ? piece : [...line, span('  '), ...piece]
  }
  return [...lines, line]
}

function listPanel({ ui, sockets, glyphs, snapshot }: Model, area: Area): Row[] {
  const { cursor, filter, sorting } = ui.sockets
  const room = inner(area)
  const laid = layOut(socketColumns, room.columns)
  const rows = sockets.rows.slice(0, room.rows - 1).map((socket, index) => itemRow(laid, socket, room.columns, sockets.from + index === cursor))
  const count = filter === '' ? plural(sockets.total, 'socket') : `${sockets.matching} of ${sockets.total}`
  const note: Row = [span(count, 'dim'), ...(filter === '' ? [] : [span(`  /${filter}`, 'key')])]
  const place = { from: sockets.from, shown: room.rows - 1, total: sockets.matching }
  const none = snapshot === null ? 'looking…' : filter === '' ? 'No TCP socket is open.' : `nothing fits; Esc shows all`
  const content: Row[] = rows.length > 0 ? rows : [[], [span(none, 'dim')]]
  return panel({ title: 'Sockets', note, ...area, place }, [headerRow(laid, sorting, glyphs), ...content], glyphs)
}

/** How many rows of the list there is room for. */
export const socketsHeight = (area: Area): number => inner(area).rows - 1 - rowsBelow(area)
