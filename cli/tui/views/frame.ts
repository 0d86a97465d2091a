import type { CommandName, ViewName } from '../keys/table.ts'
import { commandNames, keyTable, views } from '../keys/table.ts'
import { isIn } from '../keys/bindings.ts'
import { shownChord } from '../keys/chords.ts'
import { clock, duration, percent } from '../screen/figures.ts'
import type { Area } from '../screen/panel.ts'
import { asciiOf, blank, centred, ends, fit, over, plain, type Row, span, width } from '../screen/row.ts'
import { plural } from '../screen/words.ts'
import type { Model, Ui } from '../state/ui.ts'
import { whyNot } from '../state/why-not.ts'
import { detailView } from './detail/detail.ts'
import { flowView } from './flow.ts'
import { helpView } from './help.ts'
import { logView } from './log.ts'
import { positionBar } from './position-bar.ts'
import { pageBox } from './page.ts'
import { questionBox } from './question.ts'
import { registeredView } from './registered.ts'
import { socketsView } from './sockets.ts'

/** Below this nothing useful fits. */
const least: Area = { columns: 60, rows: 15 }

const drawings = { registered: registeredView, detail: detailView, sockets: socketsView, flow: flowView, log: logView, help: helpView }

/** What is left between head and foot. */
export const bodyOf = ({ columns, rows }: Area): Area => ({ columns, rows: rows - 3 })

/** The whole screen: exactly as many rows and columns as it has. */
export function frame(model: Model): Row[] {
  const rows = drawn(model)
  return model.glyphs.ascii ? rows.map(asciiOf) : rows
}

function drawn(model: Model): Row[] {
  const { size, ui } = model
  if (size.columns < least.columns || size.rows < least.rows) return tooSmall(size)
  const body = drawings[ui.view](model, bodyOf(size))
  const rows = [tabs(model), facts(model), ...body, foot(model)].map((row) => fit(row, size.columns, model.glyphs.ellipsis))
  if (ui.page !== null) return over(rows, pageBox(ui.page, model), size.columns)
  return ui.question === null ? rows : over(rows, questionBox(ui.question, size.columns, model.glyphs), size.columns)
}

function tooSmall({ columns, rows }: Area): Row[] {
  const words = [`terminal too small: ${columns}×${rows}`, `at least ${least.columns}×${least.rows}`]
  const top = Math.max(0, Math.floor((rows - words.length) / 2))
  return Array.from({ length: rows }, (_, y) => {
    const word = words[y - top]
    return word === undefined ? blank(columns) : centred([span(word, 'warn')], columns)
  })
}

/** The views, and at the right what must be seen at any width: whether it is live, paused, or recorded. */
function tabs({ ui, bindings, glyphs, snapshot, situation, size }: Model): Row {
  const tab = (view: ViewName, isNamed: boolean): Row => {
    const [key = ''] = bindings.keysOf(view)
    const name = isNamed ? ` ${view.charAt(0).toUpperCase()}${view.slice(1)} ` : ' '
    return view === ui.view ? [span(` ${shownChord(key)}${name}`, 'tab')] : [span(` ${shownChord(key)}`, 'key'), span(name, 'dim')]
  }
  const names = views.filter((view) => view !== 'help')
  const brand = span(' ccdk ', 'brand')
  const lefts: Row[] = [
    [brand, ...names.flatMap((view) => tab(view, true))],
    names.flatMap((view) => tab(view, true)),
    [brand, ...names.flatMap((view) => tab(view, view === ui.view))],
  ]
  const [mark, word, style] = ui.paused
    ? ([glyphs.paused, 'paused', 'warn'] as const)
    : ([glyphs.live, situation.replay === null ? duration(ui.periodMs / 1000) : `${ui.speed}×`, 'good'] as const)
  const time = snapshot === null || size.columns < 76 ? [] : [span(`  ${clock(snapshot.time)}`, 'dim')]
  const right: Row = [...(ui.recording === null ? [] : [span(`${glyphs.live} rec `, 'bad')]), span(`${mark} ${word}`, style), ...time, span(' ')]
  const left = lefts.find((row) => width(row) + width(right) < size.columns) ?? lefts.at(-1) ?? []
  return ends(left, right, size.columns)
}

/** What the machine is like, or as much of it as there is room for. */
function facts({ snapshot, size, situation, glyphs, ui }: Model): Row {
  if (snapshot === null) return []
  const { host, cpu, algorithms, sockets, cannot } = snapshot
  const counts = [span(`${algorithms.length} registered`, 'dim'), span(plural(sockets.total, 'socket'), 'dim')]
  const busy = span(`${plural(host.cpus, 'CPU')} ${percent(cpu.busy)}`, 'dim')
  const kernel = span(`Linux ${plain(host.kernel)}`, 'dim')
  const name = span(` ${plain(host.name)}`)
  const right: Row = [
    ...(cannot.length === 0 ? [] : [span(`${plural(cannot.length, 'thing')} cannot be shown `, 'warn')]),
    ...(ui.statistics || situation.replay !== null ? [] : [span('statistics off ', 'warn')]),
    ...(situation.readonly === null ? [] : [span('read-only ', 'dim')]),
    ...(situation.replay === null ? [] : positionBar(situation.replay, size, glyphs)),
  ]
  const lefts = [[name, kernel, busy, ...counts], [name, busy, ...counts], [name, ...counts], [name]].map((pieces) =>
    pieces.flatMap((piece, index): Row => (index === 0 ? [piece] : [span(` ${glyphs.middot} `, 'border'), piece])),
  )
  return ends(lefts.find((row) => width(row) + width(right) < size.columns) ?? [], right, size.columns)
}

/** What is being written, or what has just happened, or else the keys. */
function foot(model: Model): Row {
  const { prompt, notice } = model.ui
  if (prompt !== null) {
    const { label, text, at, error } = prompt
    // A path that is longer than the line is shown where the cursor is.
    const from = Math.max(0, at - (model.size.columns - label.length - 4))
    const shown = plain(text)
    const line: Row = [span(` ${label} `, 'key'), span(shown.slice(from, at), 'strong'), span(shown.charAt(at) || ' ', 'tab'), span(shown.slice(at + 1), 'strong')]
    const [hint, style] = error === null ? (['Enter takes it, Esc leaves it', 'dim'] as const) : ([error, 'bad'] as const)
    return ends(line, [span(`${plain(hint)} `, style)], model.size.columns)
  }
  if (notice !== null) return [span(` ${plain(notice.text)}`, notice.style)]
  return keys(model)
}

function keys(model: Model): Row {
  const { bindings, ui, size, glyphs, situation } = model
  const entries = commandNames
    .flatMap((name) => {
      const place = footerPlace(name)
      const [key] = bindings.keysOf(name)
      const { replay, changes } = keyTable[name]
      if (situation.replay === null ? replay : changes) return []
      return place === undefined || key === undefined || !isIn(name, ui.view) || (name === 'back' && !leadsBack(ui)) ? [] : [{ name, key, place }]
    })
    .toSorted((a, b) => a.place - b.place)
  const pieces = entries.map(({ name, key }): Row => {
    const isOff = whyNot(name, model) !== null
    const label = name === 'pause' && ui.paused ? 'go on' : keyTable[name].label
    return [span(` ${shownChord(key, glyphs.braille)}`, isOff ? 'dim' : 'key'), span(` ${label} `, isOff ? 'border' : 'dim')]
  })
  // The last ones, help and quit, are what somebody who is lost looks for: those in the middle go first.
  while (pieces.reduce((sum, piece) => sum + width(piece), 0) > size.columns && pieces.length > 3) pieces.splice(-4, 1)
  return pieces.flat()
}

/** Whether Esc does anything. */
function leadsBack(ui: Ui): boolean {
  const { view } = ui
  return view === 'detail' || view === 'flow' || view === 'help' || ui[view].filter !== ''
}

const footerPlace = (name: CommandName): number | undefined => keyTable[name].footer
