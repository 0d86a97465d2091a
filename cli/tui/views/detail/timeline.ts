import type { MonitorEvent } from '../../../../src/monitor/index.ts'
import { clock } from '../../screen/figures.ts'
import { chosen, fit, plain, type Row, span } from '../../screen/row.ts'
import { eventStyle } from '../log.ts'

/** What became of an algorithm, the newest first. */
export const timelineRows = (events: readonly MonitorEvent[], columns: number, cursor: number): Row[] =>
  events.toReversed().map((event, index) => (index === cursor ? chosen(fit(eventRow(event), columns)) : eventRow(event)))

const eventRow = ({ at, kind, text }: MonitorEvent): Row => [
  span(clock(at), 'dim'),
  span('  '),
  span(kind.padEnd(12), eventStyle(kind)),
  span('  '),
  span(plain(text)),
]
