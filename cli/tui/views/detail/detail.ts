import type { AlgorithmView } from '../../../../src/monitor/index.ts'
import { type Area, inner, panel } from '../../screen/panel.ts'
import { beside, type Row, span, unreadRows } from '../../screen/row.ts'
import { plural } from '../../screen/words.ts'
import { algorithmOf } from '../../state/chosen.ts'
import type { DetailPart, Model } from '../../state/ui.ts'
import { nameOf } from '../algorithm-columns.ts'
import { factRows } from './facts.ts'
import { type DetailLayout, layOutDetail } from './layout.ts'
import { memberRows } from './members.ts'
import { timelineRows } from './timeline.ts'
import { variableRows } from './variables.ts'

/** The chosen algorithm: what it is and what keeps it, its members, its variables, what became of it. */
export function detailView(model: Model, area: Area): Row[] {
  const algorithm = algorithmOf(model)
  if (algorithm === undefined) return panel({ title: 'Detail', ...area }, gone(model, area), model.glyphs)
  const layout = layoutOf(model, algorithm, area)
  const boxes = {
    facts: factsBox(model, layout, algorithm),
    members: partBox(model, layout, 'members', plural(algorithm.members.length, 'program'), (columns, cursor) => memberRows(algorithm, columns, model.glyphs, cursor)),
    variables: variablesBox(model, layout),
    timeline: timelineBox(model, layout, algorithm),
  }
  const isShown = (name: keyof DetailLayout): boolean => layout[name].rows > 0
  const stacked = (...names: (keyof DetailLayout)[]): Row[] => names.filter(isShown).flatMap((name) => boxes[name])
  if (layout.facts.columns === area.columns) return stacked('facts', 'members', 'variables', 'timeline')
  return beside([
    { rows: stacked('members', 'timeline'), columns: layout.members.columns },
    { rows: stacked('facts', 'variables'), columns: layout.facts.columns },
  ])
}

/** How many lines of the part that the cursor is in there are, and are shown. */
export function detailExtent(model: Model, area: Area): { height: number; total: number } {
  const algorithm = algorithmOf(model)
  if (algorithm === undefined) return { height: 1, total: 0 }
  const { part } = model.ui.detail
  const rows = inner(layoutOf(model, algorithm, area)[part]).rows - (part === 'members' || part === 'variables' ? 1 : 0)
  return { height: Math.max(1, rows), total: contentsOf(model, algorithm, area)[part] }
}

const layoutOf = (model: Model, algorithm: AlgorithmView, area: Area): DetailLayout =>
  layOutDetail(contentsOf(model, algorithm, area), model.ui.detail.part, area)

function contentsOf(model: Model, algorithm: AlgorithmView, area: Area): Record<DetailPart, number> {
  const others = { members: algorithm.members.length, variables: model.variables.length, timeline: model.history.timelineOf(algorithm.mapId).length }
  // How many lines the facts take is known when their width is, which does not depend on it.
  const { columns } = inner(layOutDetail({ ...others, facts: 1 }, 'facts', area).facts)
  return { ...others, facts: factRows(algorithm, columns, model).length }
}

function factsBox(model: Model, { facts: area }: DetailLayout, algorithm: AlgorithmView): Row[] {
  const { part, from } = model.ui.detail
  const rows = factRows(algorithm, inner(area).columns, model)
  const isIn = part === 'facts'
  const place = { from: isIn ? from : 0, shown: inner(area).rows, total: rows.length }
  return panel({ title: nameOf(algorithm), ...area, place, active: isIn }, rows.slice(place.from), model.glyphs)
}

/** A list with its header, moved to where the cursor is when the person is in it. */
function partBox({ ui, glyphs }: Model, layout: DetailLayout, part: 'members' | 'variables', note: string, draw: (columns: number, cursor: number) => readonly Row[]): Row[] {
  const area = layout[part]
  const { columns, rows } = inner(area)
  const isIn = ui.detail.part === part
  const from = isIn ? ui.detail.from : 0
  const [header = [], ...items] = draw(columns, isIn ? ui.detail.cursor : -1)
  const place = { from, shown: rows - 1, total: items.length }
  return panel({ title: titles[part], note: [span(note, 'dim')], ...area, place, active: isIn }, [header, ...items.slice(from)], glyphs)
}

const titles = { members: 'Members', variables: 'Variables', timeline: 'Timeline' } as const

function variablesBox(model: Model, layout: DetailLayout): Row[] {
  const { variables, situation, glyphs, unread } = model
  if (variables.length > 0) return partBox(model, layout, 'variables', String(variables.length), (columns, cursor) => variableRows(variables, columns, cursor, glyphs))
  const why = situation.replay === null ? 'none that can be read' : 'not looked at while this was recorded'
  const rows: Row[] = unread === null ? [[span(why, 'dim')]] : unreadRows(unread, inner(layout.variables).columns)
  return panel({ title: titles.variables, ...layout.variables, active: model.ui.detail.part === 'variables' }, rows, glyphs)
}

function timelineBox({ ui, history, glyphs }: Model, { timeline: area }: DetailLayout, { mapId }: AlgorithmView): Row[] {
  const events = history.timelineOf(mapId)
  const { columns, rows } = inner(area)
  const isIn = ui.detail.part === 'timeline'
  const from = isIn ? ui.detail.from : 0
  const content: Row[] = events.length === 0 ? [[span('nothing has changed since this began to look', 'dim')]] : timelineRows(events, columns, isIn ? ui.detail.cursor : -1)
  const note: Row = events.length === 0 ? [] : [span('newest first', 'dim')]
  return panel({ title: titles.timeline, note, ...area, place: { from, shown: rows, total: events.length }, active: isIn }, content.slice(from), glyphs)
}

function gone({ ui, history }: Model, area: Area): Row[] {
  if (ui.mapId === null) return [[span('No algorithm is chosen: Enter on one in Registered.', 'dim')]]
  return [[span(`Map ${ui.mapId} is gone.`, 'warn')], [], ...timelineRows(history.timelineOf(ui.mapId), inner(area).columns, -1)]
}
