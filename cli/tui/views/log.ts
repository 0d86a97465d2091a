import type { MonitorEvent } from '../../../src/monitor/index.ts'
import { clock } from '../screen/figures.ts'
import { type Area, inner, panel } from '../screen/panel.ts'
import { chosen, fit, plain, type Row, span } from '../screen/row.ts'
import { plural } from '../screen/words.ts'
import { shownEvents } from '../state/chosen.ts'
import type { Model } from '../state/ui.ts'
import type { Style } from '../theme/styles.ts'

const styles: Readonly<Record<MonitorEvent['kind'], Style>> = {
  registered: 'good',
  unregistered: 'warn',
  state: 'second',
  swapped: 'third',
  refcnt: 'dim',
  printk: 'text',
  error: 'bad',
}

export const eventStyle = (kind: MonitorEvent['kind']): Style => styles[kind]

/** What happened, the newest at the end. */
export function logView(model: Model, area: Area): Row[] {
  const { ui, glyphs, history } = model
  const { cursor, from, filter, follow } = ui.log
  const events = shownEvents(model)
  const room = inner(area)
  const rows = events.slice(from, from + room.rows).map((event, index) => {
    const row = eventRow(event, room.columns)
    return !follow && from + index === cursor ? chosen(fit(row, room.columns)) : row
  })
  const count = filter === '' ? plural(events.length, 'line') : `${events.length} of ${history.log.length}`
  const note: Row = [span(count, 'dim'), ...(filter === '' ? [] : [span(`  /${filter}`, 'key')]), ...(follow ? [span('  following', 'dim')] : [])]
  const content: Row[] = rows.length > 0 ? rows : [[span(filter === '' ? 'Nothing has happened yet.' : `nothing fits "${filter}"; Esc shows all`, 'dim')]]
  return panel({ title: 'Log', note, ...area, place: { from, shown: room.rows, total: events.length } }, content, glyphs)
}

/** The last of it, for the foot of another view. */
export function logTail({ history, glyphs }: Model, area: Area): Row[] {
  if (area.rows < 3) return []
  const room = inner(area)
  const rows = history.log.slice(-room.rows).map((event) => eventRow(event, room.columns))
  return panel({ title: 'Log', ...area }, rows.length > 0 ? rows : [[span('Nothing has happened yet.', 'dim')]], glyphs)
}

function eventRow({ at, kind, name, mapId, text }: MonitorEvent, columns: number): Row {
  const who = name ?? (mapId === undefined ? '' : `map ${mapId}`)
  const whoWidth = columns >= 90 ? 18 : 12
  return [span(clock(at), 'dim'), span('  '), span(kind.padEnd(12), eventStyle(kind)), span('  '), ...fit([span(plain(who), 'strong')], whoWidth), span('  '), span(plain(text))]
}
