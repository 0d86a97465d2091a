import type { CommandName } from '../keys/table.ts'
import { commandNames, groups, keyTable } from '../keys/table.ts'
import { shownChord } from '../keys/chords.ts'
import { type Area, inner, panel } from '../screen/panel.ts'
import { beside, plain, type Row, span, wrapped } from '../screen/row.ts'
import type { Model } from '../state/ui.ts'
import { whyNot } from '../state/why-not.ts'

/** All keys by group, with what those that do nothing wait for, and what of the machine cannot be shown. */
export function helpView(model: Model, area: Area): Row[] {
  const rows = helpRows(model, inner(area).columns)
  const { from } = model.ui.help
  const shown = inner(area).rows
  return panel({ title: 'Help', note: [span('the keys can be changed: docs/top.md', 'dim')], ...area, place: { from, shown, total: rows.length } }, rows.slice(from, from + shown), model.glyphs)
}

export function helpRows(model: Model, columns: number): Row[] {
  const blocks = groups.filter((group) => group !== 'Replay' || model.situation.replay !== null).map((group) => [[span(group, 'title')], ...commandNames.filter((name) => keyTable[name].group === group).map((name) => keyRow(name, model)), []])
  const lacks = lackRows(model, columns)
  if (columns < 130) return [...lacks, ...blocks.flat()]
  const half = Math.floor(columns / 2)
  const left = blocks.slice(0, 3).flat()
  const right = blocks.slice(3).flat()
  return [...lacks, ...beside([{ rows: left, columns: half }, { rows: right, columns: columns - half }])]
}

function keyRow(name: CommandName, model: Model): Row {
  const keys = model.bindings.keysOf(name).map((key) => shownChord(key, model.glyphs.braille))
  const { help, in: where } = keyTable[name]
  // Where it works is no reason to strike it out: the help is none of these places.
  const view = where?.[0] ?? model.ui.before
  const reason = whyNot(name, { ...model, ui: { ...model.ui, view: where?.includes(model.ui.before) ? model.ui.before : view } })
  const label: Row = [span(keys.join(' ').padEnd(12), reason === null ? 'key' : 'dim')]
  return [...label, span(help, reason === null ? 'text' : 'dim'), ...(reason === null ? [] : [span(`  (off: ${reason})`, 'warn')])]
}

function lackRows({ snapshot }: Model, columns: number): Row[] {
  const lacks = snapshot?.cannot ?? []
  if (lacks.length === 0) return []
  return [
    [span('What cannot be shown', 'title')],
    ...lacks.flatMap(({ what, why, remedy }): Row[] => [
      [span(plain(what), 'warn')],
      ...[why, remedy].filter((text) => text !== '').flatMap((text) => wrapped(plain(text), columns - 2).map((part): Row => [span(`  ${part}`, text === why ? 'text' : 'dim')])),
    ]),
    [],
  ]
}
