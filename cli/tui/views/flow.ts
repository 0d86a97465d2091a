import type { FlowView } from '../../../src/monitor/index.ts'
import { chart, type Curve } from '../chart/chart.ts'
import { bits, duration, orNone, scaled, time } from '../screen/figures.ts'
import { type Area, inner, panel } from '../screen/panel.ts'
import { ends, fit, plain, type Row, span, unreadRows } from '../screen/row.ts'
import type { Model } from '../state/ui.ts'
import { addressOf } from './socket-columns.ts'

interface Chart {
  title: string
  unit: (value: number) => string
  curves: readonly (Curve & { name: string })[]
}

/** How a connection went, at each of its ACKs. */
export function flowView(model: Model, area: Area): Row[] {
  const { flow, ui, glyphs } = model
  if (flow === undefined || flow.time.length === 0) {
    const rest = { ...area, rows: area.rows - 1 }
    return [fit(who(model), area.columns), ...panel({ title: 'Flow', ...rest }, waiting(model, inner(rest).columns), glyphs)]
  }
  const to = ui.flow.until ?? flow.now
  const from = to - ui.flow.windowMs
  const charts = chartsOf(flow)
  const least = 5
  const shown = charts.slice(0, Math.max(1, Math.floor((area.rows - 1) / least)))
  const each = Math.floor((area.rows - 1) / shown.length)
  const panels = shown.flatMap(({ title, curves, unit }, index) => {
    const rows = index === 0 ? area.rows - 1 - each * (shown.length - 1) : each
    const box = { ...area, rows }
    const content = chart({ ...inner(box), times: flow.time, from, to, curves, unit, braille: glyphs.braille })
    return panel({ title, ...box, note: legend(curves, unit) }, content, glyphs)
  })
  return [head(model, flow, area.columns), ...panels]
}

function chartsOf({ cwnd, ssthresh, inFlight, srttUs, deliveryRate, pacingRate }: FlowView): Chart[] {
  return [
    {
      title: 'Window',
      unit: (value) => `${scaled(value)} pkt`,
      // The last one drawn is seen where they meet.
      curves: [
        { name: 'in flight', style: 'third', values: inFlight },
        { name: 'ssthresh', style: 'second', values: ssthresh },
        { name: 'cwnd', style: 'first', values: cwnd },
      ],
    },
    { title: 'Round trip', unit: time, curves: [{ name: 'srtt', style: 'first', values: srttUs }] },
    {
      title: 'Rate',
      unit: bits,
      curves: [
        { name: 'pacing', style: 'second', values: pacingRate },
        { name: 'delivery', style: 'first', values: deliveryRate },
      ],
    },
  ]
}

/** What each curve is, and its last figure. */
const legend = (curves: Chart['curves'], unit: Chart['unit']): Row =>
  curves.toReversed().flatMap(({ name, style, values }, index) => [
    span(`${index === 0 ? '' : '   '}${name} `, style),
    span(orNone(values.at(-1), unit)),
  ])

/** Which connection it is. */
function who({ ui, sockets, glyphs }: Model): Row {
  if (ui.cookie === null) return []
  const socket = sockets.rows.find(({ cookie }) => cookie === ui.cookie)
  if (socket === undefined) return [span(` socket ${ui.cookie}`, 'strong'), span(' is gone', 'warn')]
  return [
    span(` ${plain(socket.congestion)}`, 'strong'),
    span(`  ${addressOf(socket.local)} `),
    span(glyphs.braille ? '→' : '->', 'dim'),
    span(` ${addressOf(socket.remote)}`),
    span(`  ${plain(socket.state)}`, 'dim'),
  ]
}

/** Without ACKs for longer a connection stands still, such as one that waits for its retransmission timer. */
const stillMs = 1000

function head(model: Model, flow: FlowView, columns: number): Row {
  const { windowMs, until } = model.ui.flow
  const lost: Row = flow.dropped === 0 ? [] : [span(`${flow.dropped} ACKs missed  `, 'warn')]
  const ago = (at: number): string => `${duration((flow.now - at) / 1000)} ago `
  const last = flow.time.at(-1) ?? flow.now
  const live = flow.now - last < stillMs ? span(', live ', 'good') : span(`, last ACK ${ago(last)}`, 'warn')
  const where = until === null ? live : span(`, ${ago(until)}`, 'warn')
  return ends(who(model), [...lost, span(`${flow.time.length} ACKs  `, 'dim'), span(duration(windowMs / 1000)), where], columns)
}

function waiting({ ui, situation, flow, unread }: Model, columns: number): Row[] {
  if (unread !== null) return unreadRows(unread, columns)
  if (ui.cookie === null) return [[span('No connection is open: the first one will be shown here.', 'dim')]]
  if (flow === undefined) {
    return [[span(situation.replay === null ? 'ACKs cannot be traced here: see what cannot be shown, in the help.' : 'This recording has no ACKs of that connection.', 'dim')]]
  }
  return [[span(`Waiting for an ACK of socket ${ui.cookie}…`, 'dim')]]
}
