import type { AlgorithmView, MonitorEvent, VariableView } from '../../../src/monitor/index.ts'
import { clock, none, orNone, percent, scaled } from '../screen/figures.ts'
import { type Area, fact, heights, inner, panel } from '../screen/panel.ts'
import { beside, plain, type Row, span } from '../screen/row.ts'
import { type Column, headerRow, itemRow, layOut } from '../screen/table.ts'
import { plural } from '../screen/words.ts'
import { algorithmOf } from '../state/chosen.ts'
import type { Model } from '../state/ui.ts'
import type { Glyphs } from '../theme/glyphs.ts'
import { nameOf, registeredBy, stateStyle } from './algorithm-columns.ts'
import { eventStyle } from './log.ts'
import { memberRows } from './members.ts'

const wide = 110

/** The chosen algorithm: what it is and what keeps it, its members, its variables, what became of it. */
export function detailView(model: Model, area: Area): Row[] {
  const algorithm = algorithmOf(model)
  const { glyphs, variables } = model
  if (algorithm === undefined) return panel({ title: 'Detail', ...area }, gone(model), glyphs)
  if (area.columns < wide) {
    const facts = factRows(algorithm, glyphs)
    const wanted = [
      { least: 6, most: Math.min(facts.length, 6) + 2 },
      { least: 6, most: algorithm.members.length + 3 },
      { least: 5, most: variables.length + 3 },
      { least: 5, most: 12 },
    ]
    const [one = 0, two = 0, three = 0, four = 0] = heights(wanted, area.rows)
    return [
      ...box(model, nameOf(algorithm), { ...area, rows: one }, () => facts),
      ...membersBox(model, algorithm, { ...area, rows: two }),
      ...variablesBox(model, { ...area, rows: three }),
      ...timelineBox(model, algorithm, { ...area, rows: four }),
    ]
  }
  const right = Math.max(44, Math.floor(area.columns * 0.4))
  const left = area.columns - right
  const facts = factRows(algorithm, glyphs)
  const [members = 0, timeline = 0] = heights([{ least: 6, most: algorithm.members.length + 3 }, { least: 5, most: area.rows }], area.rows)
  const [about = 0, vars = 0] = heights([{ least: 6, most: facts.length + 2 }, { least: 5, most: area.rows }], area.rows)
  const leftRows = [...membersBox(model, algorithm, { columns: left, rows: members }), ...timelineBox(model, algorithm, { columns: left, rows: timeline })]
  const rightRows = [...box(model, nameOf(algorithm), { columns: right, rows: about }, () => facts), ...variablesBox(model, { columns: right, rows: vars })]
  return beside([
    { rows: leftRows, columns: left },
    { rows: rightRows, columns: right },
  ])
}

/** How many variables there is room for. */
export function variablesHeight(model: Model, area: Area): number {
  const rows = detailView({ ...model, ui: { ...model.ui, detail: { ...model.ui.detail, cursor: -1 } } }, area)
  const from = rows.findIndex((row) => row.some(({ text, style }) => style === 'title' && text.startsWith('Variables')))
  return from === -1 ? 1 : Math.max(1, rows.length - from - 3)
}

const box = (model: Model, title: string, area: Area, content: (columns: number) => readonly Row[], note: Row = []): Row[] =>
  area.rows < 3 ? [] : panel({ title, note, ...area }, content(inner(area).columns), model.glyphs)

const membersBox = (model: Model, algorithm: AlgorithmView, area: Area): Row[] =>
  box(model, 'Members', area, (columns) => memberRows(algorithm, columns, model.glyphs), [span(plural(algorithm.members.length, 'program'), 'dim')])

function factRows(algorithm: AlgorithmView, glyphs: Glyphs): Row[] {
  const { struct, state, refcnt, sockets, mapId, map, links, pins, holders, callsPerSecond, nsPerCall, cores } = algorithm
  const label = 10
  const rate = `${scaled(Math.round(callsPerSecond))} calls/s, ${orNone(nsPerCall, (ns) => `${ns.toFixed(0)} ns each`)}, ${percent(cores)} CPU`
  return [
    fact('state', [span(state, stateStyle(algorithm)), span(`, refcnt ${refcnt}, ${plural(sockets, 'socket')}`)], label),
    fact('now', [span(nsPerCall === null ? 'no call' : rate, nsPerCall === null ? 'dim' : 'text')], label),
    fact('map', [span(`${mapId} `), span(plain(map), 'dim'), span(` ${glyphs.middot} ${plain(struct)}`, 'dim')], label),
    fact('by', [span(registeredBy(algorithm), algorithm.registered ? 'text' : 'dim'), ...pinned(links, pins)], label),
    ...(holders.length === 0 ? [fact('held by', [span(none, 'dim')], label)] : []),
    ...holders.map(({ pid, command, what }, index) =>
      fact(index === 0 ? 'held by' : '', [span(plain(command)), span(` ${pid}`, 'dim'), span(`  ${what}`, 'dim')], label),
    ),
  ]
}

function pinned(links: AlgorithmView['links'], pins: readonly string[]): Row {
  const all = [...links.flatMap((link) => link.pins), ...pins]
  return all.length === 0 ? [] : [span(`, pinned at ${plain(all.join(', '))}`)]
}

function variablesBox(model: Model, area: Area): Row[] {
  const { variables, ui, glyphs } = model
  if (area.rows < 3) return []
  const { columns, rows } = inner(area)
  const { cursor, from } = ui.detail
  const laid = layOut(variableColumns, columns)
  const height = rows - 1
  const content = variables.slice(from, from + height).map((one, index) => itemRow(laid, one, columns, from + index === cursor))
  const nothing: Row[] = [[span('none that can be read', 'dim')]]
  return panel(
    { title: 'Variables', ...area, note: variables.length === 0 ? [] : [span(String(variables.length), 'dim')], place: { from, shown: height, total: variables.length } },
    variables.length === 0 ? nothing : [headerRow(laid, null, glyphs), ...content],
    glyphs,
  )
}

const variableColumns: Column<VariableView>[] = [
  { key: 'name', title: 'NAME', width: 14, most: 28, align: 'left', priority: 0, cell: ({ name, writable }) => [span(plain(name), writable ? 'strong' : 'text')] },
  { key: 'value', title: 'VALUE', width: 12, most: 40, align: 'right', priority: 1, cell: ({ value, writable }) => [span(plain(value), writable ? 'text' : 'dim')] },
  { key: 'type', title: 'TYPE', width: 10, most: 20, align: 'left', priority: 2, style: 'dim', cell: ({ type }) => plain(type) },
  { key: 'section', title: 'IN', width: 8, align: 'left', priority: 3, style: 'dim', cell: ({ section }) => plain(section) },
]

function timelineBox(model: Model, { mapId }: AlgorithmView, area: Area): Row[] {
  const events = model.history.timelineOf(mapId)
  return box(
    model,
    'Timeline',
    area,
    () => (events.length === 0 ? [[span('nothing has changed since this began to look', 'dim')]] : events.toReversed().map(eventRow)),
    events.length === 0 ? [] : [span('newest first', 'dim')],
  )
}

const eventRow = ({ at, kind, text }: MonitorEvent): Row => [
  span(clock(at), 'dim'),
  span('  '),
  span(kind.padEnd(12), eventStyle(kind)),
  span('  '),
  span(plain(text)),
]

function gone({ ui, history }: Model): Row[] {
  if (ui.mapId === null) return [[span('No algorithm is chosen: Enter on one in Registered.', 'dim')]]
  return [[span(`Map ${ui.mapId} is gone.`, 'warn')], [], ...history.timelineOf(ui.mapId).toReversed().map(eventRow)]
}
