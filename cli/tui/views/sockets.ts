import { type Area, inner, panel } from '../screen/panel.ts'
import { type Row, span } from '../screen/row.ts'
import { headerRow, itemRow, layOut } from '../screen/table.ts'
import { plural } from '../screen/words.ts'
import type { Model } from '../state/ui.ts'
import { socketColumns } from './socket-columns.ts'

/** A window of the sockets that fit the filter, as the monitor sorted them. */
export function socketsView({ ui, sockets, glyphs, snapshot }: Model, area: Area): Row[] {
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

export const socketsHeight = (area: Area): number => inner(area).rows - 1
