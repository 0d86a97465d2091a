import type { Fd } from '../kernel/index.ts'
import type { TcpSocketFilter } from './diag/request.ts'
import type { TcpSocket } from './diag/row.ts'
import { type Everywhere, everywhere } from './everywhere.ts'
import { SocketSampler } from './socket-sampler.ts'

/** How many sockets each congestion control has, by its name. */
export type CongestionCounts = Map<string, number>

const once = (filter: TcpSocketFilter, namespace: Fd | undefined): SocketSampler =>
  new SocketSampler(namespace === undefined ? filter : { ...filter, namespaces: [namespace] })

/** The TCP sockets of a network namespace, of both families: of the one given, or of the own one. */
export function listTcpSockets(filter: TcpSocketFilter = {}, namespace?: Fd): TcpSocket[] {
  using sampler = once(filter, namespace)
  return sampler.sample().sockets()
}

/** Counts without reading more of each socket than its congestion control. Those that have none are left out. */
export function countTcpSockets(filter: Pick<TcpSocketFilter, 'states'> = {}, namespace?: Fd): CongestionCounts {
  using sampler = once({ ...filter, info: false }, namespace)
  const sample = sampler.sample()
  const counts: CongestionCounts = new Map()
  for (const number of sample.congestion()) {
    const name = sample.congestionNames[number] ?? ''
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

/**
 * The TCP sockets of every network namespace of the machine, one listing after the other. Other namespaces than the
 * own one need CAP_SYS_ADMIN; those that stay closed are reported and not thrown.
 */
export const listTcpSocketsEverywhere = (filter: TcpSocketFilter = {}): Everywhere<TcpSocket[]> =>
  everywhere((namespace) => listTcpSockets(filter, namespace))

/** The same for how many sockets each congestion control has. */
export const countTcpSocketsEverywhere = (filter: Pick<TcpSocketFilter, 'states'> = {}): Everywhere<CongestionCounts> =>
  everywhere((namespace) => countTcpSockets(filter, namespace))
