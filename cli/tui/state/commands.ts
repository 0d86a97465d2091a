import type { MonitorEvent } from '../../../src/monitor/index.ts'
import type { CommandName, ViewName } from '../keys/table.ts'
import { inner } from '../screen/panel.ts'
import { algorithmColumns } from '../views/algorithm-columns.ts'
import { detailExtent } from '../views/detail/detail.ts'
import { bodyOf } from '../views/frame.ts'
import { helpRows } from '../views/help.ts'
import { registeredHeight } from '../views/registered.ts'
import { socketColumns } from '../views/socket-columns.ts'
import { socketsHeight } from '../views/sockets.ts'
import { themes } from '../theme/themes.ts'
import { algorithmOf, eventOf, shownAlgorithms, shownEvents, socketOf } from './chosen.ts'
import { moved, scrolled, settled, type Step } from './move.ts'
import { detailParts, type ListState, type Model, type Ui } from './ui.ts'

/** What keys do to the screen alone: nothing here touches the machine. */

type Command = (model: Model) => Ui

const periods = [100, 250, 500, 1000, 2000, 5000, 10_000]
const windows = [500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000]

const cycle: readonly ViewName[] = ['registered', 'detail', 'sockets', 'flow', 'log']

/** Goes to a view, with what it needs to know of the one that is left. */
function shown(model: Model, view: ViewName): Ui {
  const { ui, snapshot } = model
  const chosen = algorithmOf(model)?.mapId ?? ui.mapId
  const mapId = view === 'detail' ? (chosen ?? snapshot?.algorithms[0]?.mapId ?? null) : chosen
  const cookie = ui.view === 'sockets' ? (socketOf(model)?.cookie ?? ui.cookie) : ui.cookie
  const before = ui.view === 'help' ? ui.before : ui.view
  return {
    ...ui,
    view,
    before,
    mapId,
    cookie,
    notice: null,
    detail: mapId === ui.mapId ? ui.detail : { ...ui.detail, cursor: 0, from: 0 },
    flow: cookie === ui.cookie ? ui.flow : { ...ui.flow, until: null },
  }
}

const to = (view: ViewName): Command => (model) => shown(model, view)

const beside = (by: number): Command => (model) => {
  const at = cycle.indexOf(model.ui.view === 'help' ? model.ui.before : model.ui.view)
  return shown(model, cycle[(at + by + cycle.length) % cycle.length] ?? 'registered')
}

function open(model: Model): Ui {
  if (model.ui.view === 'registered') return shown(model, 'detail')
  if (model.ui.view === 'sockets') return socketOf(model) === undefined ? model.ui : shown(model, 'flow')
  const event = eventOf(model)
  return event === undefined ? model.ui : { ...model.ui, page: { title: event.kind, text: wordsOf(event), style: 'text', from: 0 } }
}

const wordsOf = ({ at, name, mapId, text }: MonitorEvent): string => {
  const who = [name, mapId === undefined ? undefined : `map ${mapId}`].filter((part) => part !== undefined).join(', ')
  return `${text}\n\n${at}${who === '' ? '' : `  ${who}`}`
}

/** The first of: what was written in the way, the filter, the view. */
function back(model: Model): Ui {
  const { ui } = model
  if (ui.notice !== null) return { ...ui, notice: null }
  if (ui.view === 'help') return { ...ui, view: ui.before }
  if (ui.view === 'registered' || ui.view === 'sockets' || ui.view === 'log') return ui[ui.view].filter === '' ? ui : { ...ui, [ui.view]: { ...ui[ui.view], filter: '', cursor: 0, from: 0 } }
  return { ...ui, view: ui.view === 'flow' ? 'sockets' : 'registered' }
}

/** How much of the list that is shown there is, and how much fits. */
function extent(model: Model): { height: number; total: number } {
  const area = bodyOf(model.size)
  switch (model.ui.view) {
    case 'registered': {
      const total = shownAlgorithms(model).length
      return { height: registeredHeight(area, total), total }
    }
    case 'detail':
      return detailExtent(model, area)
    case 'sockets':
      return { height: socketsHeight(area), total: model.sockets.matching }
    case 'log':
      return { height: inner(area).rows, total: shownEvents(model).length }
    case 'help':
      return { height: inner(area).rows, total: helpRows(model, inner(area).columns).length }
    case 'flow':
      return { height: 1, total: 0 }
  }
}

const step = (way: Step): Command => (model) => {
  const { ui } = model
  const { height, total } = extent(model)
  switch (ui.view) {
    case 'registered':
      return { ...ui, registered: moved(ui.registered, way, height, total) }
    case 'detail':
      return { ...ui, detail: moved(ui.detail, way, height, total) }
    case 'sockets':
      return { ...ui, sockets: moved(ui.sockets, way, height, total) }
    case 'log': {
      const list = moved(ui.log.follow ? { ...ui.log, cursor: total - 1 } : ui.log, way, height, total)
      return { ...ui, log: { ...list, follow: way === 'bottom' || (ui.log.follow && way === 'down') } }
    }
    case 'help':
      return { ...ui, help: scrolled(ui.help, way, height, total) }
    case 'flow':
      return way === 'top' || way === 'bottom' ? inTime(way === 'top' ? -Infinity : Infinity)(model) : zoom(way === 'up' || way === 'pageUp' ? -1 : 1)(model)
  }
}

const inTime = (quarters: number): Command => ({ ui, flow }) => {
  const oldest = flow?.time[0]
  if (flow === undefined || oldest === undefined) return ui
  const { now } = flow
  const until = Math.max((ui.flow.until ?? now) + quarters * (ui.flow.windowMs / 4), oldest + Math.min(ui.flow.windowMs, now - oldest))
  return { ...ui, flow: { ...ui.flow, until: until >= now ? null : until } }
}

const zoom = (by: number): Command => ({ ui }) => ({ ...ui, flow: { ...ui.flow, windowMs: next(windows, ui.flow.windowMs, by) } })

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 100]

const rate = (by: number): Command => ({ ui, situation }) => {
  if (situation.replay !== null) return { ...ui, speed: next(speeds, ui.speed, -by) }
  const periodMs = next(periods, ui.periodMs, by)
  return { ...ui, periodMs, notice: { style: 'good', text: `looking every ${periodMs} ms` } }
}

/** The next of ascending values, from one that need not be among them. */
function next(values: readonly number[], from: number, by: number): number {
  const found = by > 0 ? values.find((value) => value > from) : values.findLast((value) => value < from)
  return found ?? from
}

const sort = (by: number): Command => (model) => {
  const { ui } = model
  if (ui.view === 'registered') return { ...ui, registered: sortedBy(ui.registered, algorithmColumns(model), by) }
  return ui.view === 'sockets' ? { ...ui, sockets: sortedBy(ui.sockets, socketColumns, by) } : ui
}

function sortedBy<Key extends string>(list: ListState<Key>, columns: readonly { key: Key; align: 'left' | 'right'; sort?: unknown }[], by: number): ListState<Key> {
  const sortable = columns.filter(({ sort: how }) => how !== undefined)
  const at = sortable.findIndex(({ key }) => key === list.sorting?.key)
  const column = sortable[(at + by + sortable.length + (at === -1 && by < 0 ? 1 : 0)) % sortable.length]
  // Figures are looked at from the greatest, names from the first.
  return column === undefined ? list : { ...list, cursor: 0, from: 0, sorting: { key: column.key, reverse: column.align === 'right' } }
}

const part: Command = ({ ui }) => {
  const at = detailParts.indexOf(ui.detail.part)
  return { ...ui, detail: { ...ui.detail, cursor: 0, from: 0, part: detailParts[(at + 1) % detailParts.length] ?? 'variables' } }
}

const reverse: Command = ({ ui }) => {
  if (ui.view !== 'registered' && ui.view !== 'sockets') return ui
  const list = ui[ui.view]
  return list.sorting === null ? ui : { ...ui, [ui.view]: { ...list, sorting: { ...list.sorting, reverse: !list.sorting.reverse } } }
}

const theme: Command = ({ ui }) => {
  const at = themes.findIndex(({ name }) => name === ui.theme)
  const chosen = themes[(at + 1) % themes.length]?.name ?? ui.theme
  return { ...ui, theme: chosen, notice: { style: 'good', text: `colours: ${chosen}` } }
}

/** Lists stay within what there is, whatever has come and gone. */
export function settle(model: Model): Ui {
  const { ui } = model
  const { height, total } = extent(model)
  if (ui.view === 'log') {
    const list = settled(ui.log.follow ? { ...ui.log, cursor: Math.max(0, total - 1) } : ui.log, height, total)
    return { ...ui, log: list }
  }
  if (ui.view === 'registered' || ui.view === 'sockets' || ui.view === 'detail') return { ...ui, [ui.view]: settled(ui[ui.view], height, total) }
  return ui
}

export const commands: Partial<Record<CommandName, Command>> = {
  registered: to('registered'),
  detail: to('detail'),
  sockets: to('sockets'),
  flow: to('flow'),
  log: to('log'),
  help: (model) => (model.ui.view === 'help' ? { ...model.ui, view: model.ui.before } : shown(model, 'help')),
  next: beside(1),
  previous: beside(-1),
  open,
  back,
  down: step('down'),
  up: step('up'),
  pageDown: step('pageDown'),
  pageUp: step('pageUp'),
  top: step('top'),
  bottom: step('bottom'),
  part,
  sort: sort(1),
  sortBack: sort(-1),
  reverse,
  zoomIn: zoom(-1),
  zoomOut: zoom(1),
  older: inTime(-1),
  newer: inTime(1),
  pause: ({ ui }) => ({ ...ui, paused: !ui.paused }),
  faster: rate(-1),
  slower: rate(1),
  theme,
}
