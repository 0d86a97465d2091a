import type { AlgorithmView, HolderView } from '../../../../src/monitor/index.ts'
import { none, orNone, percent, scaled } from '../../screen/figures.ts'
import { plain, type Row, span, wrappedRow } from '../../screen/row.ts'
import { plural } from '../../screen/words.ts'
import { socketsOf } from '../../state/versions.ts'
import type { Model } from '../../state/ui.ts'
import { registeredBy, stateStyle } from '../algorithm-columns.ts'

const label = 9

/** What an algorithm is, what it costs now, and what keeps it: whole, on as many lines as it takes. */
export function factRows(algorithm: AlgorithmView, columns: number, model: Model): Row[] {
  const { glyphs } = model
  const sockets = socketsOf(algorithm, model)
  const { struct, state, refcnt, mapId, map, links, pins, holders, callsPerSecond, nsPerCall, cores } = algorithm
  const rate = `${scaled(Math.round(callsPerSecond))}/s, ${orNone(nsPerCall, (ns) => ns.toFixed(0))} ns each, ${percent(cores)} CPU`
  const fact = (name: string, value: Row): Row[] =>
    wrappedRow(value, columns - label).map((part, index) => [span((index === 0 ? name : '').padEnd(label), 'header'), ...part])
  const held = heldBy(holders)
  return [
    ...fact('state', [span(state, stateStyle(algorithm)), span(`, refcnt ${refcnt}, ${plural(sockets, 'socket')}`)]),
    ...fact('by', [span(registeredBy(algorithm), algorithm.registered ? 'text' : 'dim')]),
    ...fact('calls', [span(nsPerCall === null ? 'none' : rate, nsPerCall === null ? 'dim' : 'text')]),
    ...(held.length === 0 ? fact('held by', [span(none, 'dim')]) : []),
    ...held.flatMap((holder, index) => fact(index === 0 ? 'held by' : '', holder)),
    ...[...links.flatMap((link) => link.pins), ...pins].flatMap((path, index) => fact(index === 0 ? 'pinned' : '', [span(plain(path))])),
    ...fact('map', [span(`${mapId} `), span(plain(map), 'dim'), span(` ${glyphs.middot} ${plain(struct)}`, 'dim')]),
  ]
}

/** Each process once, with all that it holds. */
function heldBy(holders: readonly HolderView[]): Row[] {
  const pids = [...new Set(holders.map(({ pid }) => pid))]
  return pids.map((pid) => {
    const its = holders.filter((holder) => holder.pid === pid)
    return [span(plain(its[0]?.command ?? '')), span(` ${pid}  ${its.map(({ what }) => what).join(', ')}`, 'dim')]
  })
}
