import type { AlgorithmView } from '../../../src/monitor/index.ts'
import { sparkline } from '../chart/chart.ts'
import { none, orNone, percent, scaled } from '../screen/figures.ts'
import { plain, type Row, span } from '../screen/row.ts'
import type { Column } from '../screen/table.ts'
import { socketsOf } from '../state/versions.ts'
import type { Model } from '../state/ui.ts'
import type { Style } from '../theme/styles.ts'

export const nameOf = ({ name, map }: Pick<AlgorithmView, 'name' | 'map'>): string => plain(name ?? map)

/** In use is as it should be; one that is about to be freed waits for its sockets. */
export function stateStyle({ state }: Pick<AlgorithmView, 'state'>): Style {
  if (state === 'inuse' || state === 'ready') return 'good'
  return state === 'tobefree' ? 'warn' : 'dim'
}

export const registeredBy = ({ registered, byLink, links }: Pick<AlgorithmView, 'registered' | 'byLink' | 'links'>): string => {
  if (!registered) return none
  return byLink ? `link ${links.map(({ id }) => id).join(',')}` : 'itself'
}

/** The kind of registration is worth more than a part of a link's id. */
const shortened = (by: string, width: number): string => (by.length > width ? by.replace(/ .*/, '') : by)

/** What is zero steps back. */
const quiet = (text: string, isQuiet: boolean): Row => [span(text, isQuiet ? 'dim' : 'text')]

export function algorithmColumns(model: Pick<Model, 'snapshot' | 'history' | 'glyphs'>): Column<AlgorithmView>[] {
  const { history, glyphs } = model
  return [
    {
      key: 'name',
      title: 'NAME',
      width: 15,
      most: 24,
      align: 'left',
      priority: 0,
      cell: (one) => [span(nameOf(one), 'strong')],
      sort: nameOf,
    },
    { key: 'state', title: 'STATE', width: 8, align: 'left', priority: 1, cell: (one) => [span(one.state, stateStyle(one))], sort: ({ state }) => state },
    {
      key: 'registered',
      title: 'BY',
      width: 6,
      most: 14,
      align: 'left',
      priority: 6,
      cell: (one, width) => quiet(shortened(registeredBy(one), width), !one.registered),
      sort: registeredBy,
    },
    { key: 'sockets', title: 'SOCKETS', width: 7, align: 'right', priority: 2, cell: (one) => quiet(String(socketsOf(one, model)), socketsOf(one, model) === 0), sort: (one) => socketsOf(one, model) },
    { key: 'refcnt', title: 'REFCNT', width: 6, align: 'right', priority: 2.5, cell: ({ refcnt }) => quiet(String(refcnt), refcnt === 0), sort: ({ refcnt }) => refcnt },
    {
      key: 'calls',
      title: 'CALLS/s',
      width: 7,
      align: 'right',
      priority: 3,
      cell: ({ callsPerSecond }) => quiet(scaled(Math.round(callsPerSecond)), callsPerSecond === 0),
      sort: ({ callsPerSecond }) => callsPerSecond,
    },
    {
      key: 'ns',
      title: 'NS/CALL',
      width: 7,
      align: 'right',
      priority: 4,
      cell: ({ nsPerCall }) => quiet(orNone(nsPerCall, (ns) => ns.toFixed(0)), nsPerCall === null),
      sort: ({ nsPerCall }) => nsPerCall ?? Number.NaN,
    },
    { key: 'cpu', title: 'CPU', width: 6, align: 'right', priority: 5, cell: ({ cores }) => quiet(cores === 0 ? none : percent(cores), cores === 0), sort: ({ cores }) => cores },
    {
      key: 'curve',
      title: 'CALLS',
      width: 12,
      most: 60,
      align: 'right',
      priority: 9,
      cell: ({ mapId }, width) => [span(sparkline(history.callsOf(mapId), width, glyphs.bars), 'second')],
    },
    { key: 'map', title: 'MAP', width: 6, align: 'right', priority: 8, style: 'dim', cell: ({ mapId }) => String(mapId), sort: ({ mapId }) => mapId },
    { key: 'struct', title: 'STRUCT', width: 18, most: 22, align: 'left', priority: 10, style: 'dim', cell: ({ struct }) => plain(struct), sort: ({ struct }) => struct },
  ]
}
