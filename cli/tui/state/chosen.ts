import type { AlgorithmView, MonitorEvent, SocketView, VariableView } from '../../../src/monitor/index.ts'
import { sorted } from '../screen/table.ts'
import { algorithmColumns } from '../views/algorithm-columns.ts'
import type { Model } from './ui.ts'

/** What lists show, and what the cursor is on. */

export function shownAlgorithms({ snapshot, ui, history, glyphs }: Model): AlgorithmView[] {
  const wanted = ui.registered.filter.toLowerCase()
  const found = (snapshot?.algorithms ?? []).filter(({ name, map, struct, state }) =>
    [name ?? '', map, struct, state].some((text) => text.toLowerCase().includes(wanted)),
  )
  return sorted(found, algorithmColumns({ snapshot, history, glyphs }), ui.registered.sorting)
}

/** Where the person is: that of the cursor in Registered, elsewhere the one that was chosen there. */
export function algorithmOf(model: Model): AlgorithmView | undefined {
  const { ui, snapshot } = model
  if (ui.view === 'registered') return shownAlgorithms(model)[ui.registered.cursor]
  return snapshot?.algorithms.find(({ mapId }) => mapId === ui.mapId)
}

/** The variable under the cursor, when it is among them. */
export const variableOf = ({ variables, ui }: Model): VariableView | undefined => (ui.detail.part === 'variables' ? variables[ui.detail.cursor] : undefined)

/** The socket under the cursor, when it is in the window that was read. */
export const socketOf = ({ sockets, ui }: Model): SocketView | undefined => sockets.rows[ui.sockets.cursor - sockets.from]

export function shownEvents({ history, ui }: Model): readonly MonitorEvent[] {
  const wanted = ui.log.filter.toLowerCase()
  if (wanted === '') return history.log
  return history.log.filter(({ kind, name, text }) => [kind, name ?? '', text].some((part) => part.toLowerCase().includes(wanted)))
}

/** The line of the log under the cursor: the last one while it follows. */
export function eventOf(model: Model): MonitorEvent | undefined {
  const { follow, cursor } = model.ui.log
  return shownEvents(model).at(follow ? -1 : cursor)
}
