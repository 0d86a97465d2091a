import { quantile } from '../../statistics/descriptive.ts'
import type { FlowRecord } from '../../trial.ts'
import { sizeClasses } from '../metric-table.ts'
import type { PathFacts } from '../raw.ts'
import type { Figures } from './figures.ts'

/** A flow that was to send so much, and how long it took. */
interface Completion {
  asked: number
  time: number
  /** Of a path that is empty. */
  least: number
}

/** How long flows with a size took. One that did not finish counts with the time that it had, which is less than it needs. */
export function completions(flows: readonly FlowRecord[], endNs: number, path: PathFacts): Completion[] {
  const connections = new Set<string>()
  return flows.flatMap((flow) => {
    const key = `${flow.workload} ${flow.flow}`
    const isFirst = !connections.has(key)
    connections.add(key)
    if (flow.asked === null) return []
    return [{ asked: flow.asked, time: (flow.endNs ?? Math.max(endNs, flow.startNs)) - flow.startNs, least: leastTime(flow, isFirst, path) }]
  })
}

/** What the first data of a connection wait for besides their own way: a round trip for the handshake. */
function leastTime({ kind, direction, family, asked }: FlowRecord, isFirst: boolean, { rates, rtt, mtu }: PathFacts): number {
  const trips = (isFirst ? 1 : 0) + (kind === 'requestResponse' ? 1 : 0.5)
  return trips * rtt + (wireBytes(asked ?? 0, family, mtu) * 8e9) / rates[direction]
}

/** With the headers of Ethernet, IP and TCP with time stamps. */
export function wireBytes(bytes: number, family: FlowRecord['family'], mtu: number): number {
  const headers = (family === 'ipv4' ? 20 : 40) + 32
  return bytes + Math.ceil(bytes / (mtu - headers)) * (headers + 14)
}

export function completionFigures(flows: readonly FlowRecord[], endNs: number, path: PathFacts): Figures {
  const all = completions(flows, endNs, path)
  if (all.length === 0) return {}
  const unfinished = flows.filter((flow) => flow.asked !== null && flow.endNs === null).length / all.length
  const figures: Figures = { unfinished, ...both('fct', all.map(({ time }) => time)), ...both('slowdown', all.map(slowdown)) }
  let least = 0
  for (const { name, most } of sizeClasses) {
    const those = all.filter(({ asked }) => asked > least && asked <= most)
    if (those.length > 0) Object.assign(figures, both(`slowdown.${name}`, those.map(slowdown)))
    least = most
  }
  return figures
}

const slowdown = ({ time, least }: Completion): number => time / least

const both = (name: string, values: readonly number[]): Figures => ({
  [`${name}.p50`]: quantile(values, 0.5),
  [`${name}.p99`]: quantile(values, 0.99),
})
