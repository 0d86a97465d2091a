import { brokenFlows, type ExperimentSpec, median, metricTable, range, type RunEvent, type Trial } from '../../../src/experiment/index.ts'
import { fit, plain, type Row, span, width } from '../../tui/screen/row.ts'
import { type Column, headerRow, itemRow, layOut } from '../../tui/screen/table.ts'
import type { Glyphs } from '../../tui/theme/glyphs.ts'
import { figure } from '../figures.ts'
import { clock, wordsOf } from '../plan.ts'
import type { Watched } from './watched.ts'
import { type State, timeLeft, valuesOf } from './state.ts'

export interface View {
  spec: ExperimentSpec
  arms: Watched['arms']
  state: State
  /** ms, of the state's clock. */
  now: number
  columns: number
  rows: number
  glyphs: Glyphs
}

const widestBar = 40

/** How a run gets on, in rows that are no wider than the terminal and no more than it has. */
export function frame({ spec, arms, state, now, columns, rows, glyphs }: View): Row[] {
  const { done, of, running, again, invalid } = state
  const more = [...(again === 0 ? [] : [`${again} run again`]), ...(invalid === 0 ? [] : [`${invalid} not valid`])].join(', ')
  const found: Row[] = [
    [span(spec.name, 'strong'), span(`  trial ${Math.min(done + 1, of)} of ${of}, about ${clock(timeLeft(state, now) / 1e3)} left`)],
    [...bar(of === 0 ? 0 : done / of, Math.min(widestBar, columns - 1), glyphs), span(more === '' ? '' : `  ${more}`, 'warn')],
    running === undefined ? [] : runningRow(running, spec, now, glyphs),
    ...(running === undefined ? [] : armRows(running.trial, { arms, state, columns })),
    [],
    [span('Ctrl-C stops; what has been measured stays, and --resume goes on with it', 'dim')],
  ]
  // A line in the last column, or in the last row, would have the terminal scroll.
  return found.slice(0, Math.max(1, rows - 1)).map((row) => (width(row) < columns ? row : fit(row, Math.max(1, columns - 1), glyphs.ellipsis)))
}

function bar(share: number, columns: number, { ascii }: Glyphs): Row {
  const full = Math.round(share * columns)
  return [span((ascii ? '#' : '█').repeat(full), 'good'), span((ascii ? '.' : '░').repeat(columns - full), 'dim')]
}

function runningRow({ trial, attempt, since }: NonNullable<State['running']>, { scenarios }: ExperimentSpec, now: number, { middot }: Glyphs): Row {
  const again = attempt === 1 ? [] : [span(` ${middot} the last one did not count, time ${attempt}`, 'warn')]
  return [span(whereOf(trial, scenarios)), span(` ${middot} ${clock((now - since) / 1e3)}`, 'dim'), ...again]
}

interface ArmSoFar {
  name: string
  cc: string
  values: (metric: string) => number[]
}

const metrics = [
  { name: 'goodput', title: 'GOODPUT' },
  { name: 'rtt.p99', title: 'RTT P99' },
  { name: 'queue.p50', title: 'QUEUE P50' },
] as const

const unitOf = (metric: string): string => metricTable.find(({ name }) => name === metric)?.unit ?? ''

const armWords = ({ name, cc }: Pick<ArmSoFar, 'name' | 'cc'>): string => `${name}  ${cc}`

const armColumns: readonly Column<ArmSoFar>[] = [
  { key: 'blocks', title: 'BLOCKS', width: 6, align: 'right', priority: 4, cell: ({ values }) => String(values('goodput').length) },
  ...metrics.flatMap(({ name, title }, index): Column<ArmSoFar>[] => [
    { key: name, title, width: 11, align: 'right', priority: index + 1, cell: ({ values }) => middleOf(values(name), unitOf(name)) },
    { key: `${name} spread`, title: 'LOW TO HIGH', width: 20, align: 'left', priority: index + 5, cell: ({ values }) => spreadOf(values(name), unitOf(name)), style: 'dim' },
  ]),
]

const middleOf = (values: readonly number[], unit: string): string => (values.length === 0 ? '-' : figure(median(values), unit))

/** Of one block there is none. */
const spreadOf = (values: readonly number[], unit: string): string =>
  values.length < 2 ? '' : range(figure(Math.min(...values), unit), figure(Math.max(...values), unit))

/** The figures so far of where the trial that runs belongs: medians of its blocks. */
function armRows(trial: Trial, { arms, state, columns }: Pick<View, 'arms' | 'state' | 'columns'>): Row[] {
  const room = columns - 1
  const widest = Math.min(24, Math.max(6, ...arms.map((arm) => armWords(arm).length)))
  const first: Column<ArmSoFar> = { key: 'arm', title: 'SO FAR', width: widest, align: 'left', priority: 0, cell: armWords }
  const laid = layOut([first, ...armColumns], room)
  const rows = arms.map((arm) => itemRow(laid, { ...arm, values: (metric) => valuesOf(state, trial, arm.name, metric) }, room, false))
  return [[], headerRow(laid, null, { up: '', down: '' }), ...rows]
}

/** What stays on the screen of a trial that does not count, or of which flows broke off; undefined for others. */
export function lineOf(event: RunEvent, { scenarios }: ExperimentSpec): string | undefined {
  const why = whyOf(event)
  return why === '' ? undefined : plain(`${whereOf(event.event === 'stored' ? event.result.trial : event.trial, scenarios)}: ${why}`)
}

function whyOf(event: RunEvent): string {
  if (event.event === 'begun') return ''
  if (event.event === 'broken') return `broke off: ${event.error.message}; once more`
  const { valid, reasons, flows } = event.result
  return valid ? brokenFlows(flows).join('; ') : `not valid: ${reasons.join('; ')}${event.again ? '; once more' : ''}`
}

const whereOf = (trial: Trial, scenarios: ExperimentSpec['scenarios']): string =>
  [`block ${trial.block + 1}`, scenarios[trial.scenario]?.name ?? '', ...wordsOf(trial)].filter((part) => part !== '').join(', ')
