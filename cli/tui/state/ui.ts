import type { FlowView, Lack, Replay, Snapshot, SocketsView, SocketView, VariableView } from '../../../src/monitor/index.ts'
import type { Bindings } from '../keys/bindings.ts'
import type { ViewName } from '../keys/table.ts'
import type { Area } from '../screen/panel.ts'
import type { Row } from '../screen/row.ts'
import type { Sorting } from '../screen/table.ts'
import type { Glyphs } from '../theme/glyphs.ts'
import type { History } from './history.ts'

/** The cursor of a list and the first row that is shown. */
export interface ListState<Key extends string = string> {
  cursor: number
  from: number
  filter: string
  sorting: Sorting<Key> | null
}

/** What a line is about: what the cursor is on may be another one by the time it is written. */
export type Subject = { kind: 'filter' | 'register' | 'record' } | { kind: 'replace'; mapId: number } | { kind: 'edit'; mapId: number; variable: string }

/** A line that the person writes. */
export type Prompt = Subject & {
  label: string
  text: string
  /** Before which letter the cursor stands. */
  at: number
  error: string | null
}

/** A question before something that cannot be undone. */
export interface Question {
  title: string
  lines: readonly Row[]
  /** What is done with `y`. */
  verb: string
  act: () => void
}

/** A text that has no room on a line, such as an error, until it is closed. */
export interface Page {
  title: string
  text: string
  style: 'text' | 'bad'
  /** The first line that is shown. */
  from: number
}

export interface Notice {
  text: string
  style: 'good' | 'warn' | 'bad'
}

/** The panels of Detail. The person is in one of them. */
export const detailParts = ['variables', 'timeline', 'facts', 'members'] as const
export type DetailPart = (typeof detailParts)[number]

/** All that is on the screen but figures. */
export interface Ui {
  view: ViewName
  /** Where Esc leads out of the help. */
  before: ViewName
  paused: boolean
  periodMs: number
  /** How fast a replay goes; 1 as it went. */
  speed: number
  theme: string
  registered: ListState
  detail: ListState & { part: DetailPart }
  sockets: ListState<keyof SocketView>
  log: ListState & { follow: boolean }
  help: ListState
  /** The map that Detail shows. */
  mapId: number | null
  /** The connection that Flow shows. */
  cookie: string | null
  /** `until`: ms of the flow's clock at the right edge; null follows what comes. */
  flow: { windowMs: number; until: number | null }
  prompt: Prompt | null
  question: Question | null
  page: Page | null
  notice: Notice | null
  statistics: boolean
  recording: string | null
}

/** What the monitor shows, and for how long it may be told. */
export interface Situation {
  /** Why nothing may be changed; null where it may. */
  readonly: string | null
  /** What is replayed, and what of it is not whole. */
  replay: { file: string; lacks: readonly Lack[]; player: Replay } | null
}

/** Everything that a frame is drawn from. */
export interface Model {
  ui: Ui
  situation: Situation
  snapshot: Snapshot | null
  sockets: SocketsView
  variables: readonly VariableView[]
  flow: FlowView | undefined
  /** Why there are none of these, where they cannot be read. */
  unread: string | null
  history: History
  bindings: Bindings
  glyphs: Glyphs
  size: Area
}

const list = <Key extends string>(sorting: Sorting<Key> | null = null): ListState<Key> => ({ cursor: 0, from: 0, filter: '', sorting })

export const firstUi = (given: Partial<Pick<Ui, 'view' | 'periodMs' | 'theme' | 'statistics' | 'recording' | 'notice'>> & { filter?: string; sorting?: Sorting<keyof SocketView> }): Ui => ({
  view: given.view ?? 'registered',
  before: 'registered',
  paused: false,
  periodMs: given.periodMs ?? 1000,
  speed: 1,
  theme: given.theme ?? 'night',
  registered: list({ key: 'map', reverse: false }),
  detail: { ...list(), part: 'variables' },
  sockets: { ...list(given.sorting ?? { key: 'deliveryRate', reverse: true }), filter: given.filter ?? '' },
  log: { ...list(), follow: true },
  help: list(),
  mapId: null,
  cookie: null,
  flow: { windowMs: 10_000, until: null },
  prompt: null,
  question: null,
  page: null,
  notice: given.notice ?? null,
  statistics: given.statistics ?? false,
  recording: given.recording ?? null,
})
