import type { AlgorithmView } from '../../../src/monitor/index.ts'
import { type Area, heights, inner, panel } from '../screen/panel.ts'
import { type Row, span } from '../screen/row.ts'
import { headerRow, itemRow, layOut } from '../screen/table.ts'
import { plural } from '../screen/words.ts'
import { shownAlgorithms } from '../state/chosen.ts'
import type { Model } from '../state/ui.ts'
import { algorithmColumns, nameOf } from './algorithm-columns.ts'
import { logTail } from './log.ts'
import { memberRows } from './detail/members.ts'

/** How many rows of the list there is room for. */
export const registeredHeight = (area: Area, total: number): number => (split(area, total, 0)[0] ?? 0) - 3

/** The list, what is under the cursor, and what has happened last. */
function split({ rows }: Area, total: number, members: number): number[] {
  if (rows < 18) return [rows, 0, 0]
  const below = rows < 30 ? 10 : 16
  const wanted = [
    { least: 8, most: Math.max(8, Math.min(total + 3, rows - below)) },
    { least: 10, most: Math.max(10, members + 3) },
    { least: 6, most: rows },
  ]
  return heights(wanted, rows)
}

/** All struct_ops maps, and where there is room what the one under the cursor does, and what has happened. */
export function registeredView(model: Model, area: Area): Row[] {
  const { ui, glyphs } = model
  const items = shownAlgorithms(model)
  const chosen = items[ui.registered.cursor]
  const [above = area.rows, middle = 0, below = 0] = split(area, items.length, chosen?.members.length ?? 0)
  const list = listPanel(model, items, { ...area, rows: above })
  if (middle === 0) return list
  const box = { ...area, rows: middle }
  const members = chosen === undefined ? [] : memberRows(chosen, inner(box).columns, glyphs)
  const title = chosen === undefined ? 'Members' : `Members of ${nameOf(chosen)}`
  return [...list, ...panel({ title, ...box }, members, glyphs), ...logTail(model, { ...area, rows: below })]
}

function listPanel(model: Model, items: readonly AlgorithmView[], area: Area): Row[] {
  const { ui, glyphs, snapshot } = model
  const { cursor, from, filter, sorting } = ui.registered
  const total = snapshot?.algorithms.length ?? 0
  const room = inner(area)
  const laid = layOut(algorithmColumns(model), room.columns)
  const height = room.rows - 1
  const rows = items.slice(from, from + height).map((item, index) => itemRow(laid, item, room.columns, from + index === cursor))
  const note: Row = filter === '' ? [span(plural(total, 'map'), 'dim')] : [span(`${items.length} of ${total}`, 'dim'), span(`  /${filter}`, 'key')]
  const content = [headerRow(laid, sorting, glyphs), ...(rows.length > 0 ? rows : empty(model))]
  return panel({ title: 'Registered', note, ...area, place: { from, shown: height, total: items.length } }, content, glyphs)
}

function empty({ snapshot, ui, situation }: Pick<Model, 'snapshot' | 'ui' | 'situation'>): Row[] {
  if (snapshot === null) return [[], [span('looking…', 'dim')]]
  if (ui.registered.filter !== '') return [[], [span(`nothing fits "${ui.registered.filter}"; Esc shows all`, 'dim')]]
  const how: Row[] = situation.replay === null ? [[span('a', 'key'), span(' registers an object file, as ', 'dim'), span('ccdk register', 'text'), span(' does', 'dim')]] : []
  return [[], [span('Nothing is registered by BPF.', 'text')], ...how]
}
