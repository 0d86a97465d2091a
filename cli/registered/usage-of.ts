import { type SocketOwner, socketOwners } from '../../src/kernel/index.ts'
import { defaultCongestion, listTcpSocketsEverywhere } from '../../src/sockets/index.ts'
import type { StructOpsEntry } from '../../src/structops/index.ts'
import { count } from '../output/units.ts'

/** Who uses an algorithm, as far as this process may look. */
export interface Usage {
  connections: number
  /** Sockets that listen: they hand the algorithm on to the connections that they accept. */
  listening: number
  /** Processes that have these sockets open. */
  owners: SocketOwner[]
  /** Network namespaces whose default it is: their new sockets have it without asking. */
  defaults: { inode: number; pids: number[] }[]
}

/** By the algorithm's name, which an older version that is still in use has too. */
export function usageOf({ name, struct }: StructOpsEntry): Usage | null {
  if (name === null || struct !== 'tcp_congestion_ops') return null
  const sockets = listTcpSocketsEverywhere({ congestion: name, info: false }).namespaces.flatMap(({ value }) => value)
  const listening = sockets.filter(({ state }) => state === 'LISTEN').length
  return {
    connections: sockets.length - listening,
    listening,
    owners: socketOwners(new Set(sockets.flatMap(({ inode }) => (inode === 0 ? [] : [inode])))),
    defaults: defaultCongestion().namespaces.flatMap(({ inode, pids, value }) => (value === name ? [{ inode, pids }] : [])),
  }
}

/** How many owners and processes are named: a server may have thousands. */
const most = 5

const shortened = (texts: readonly string[]): string =>
  texts.slice(0, most).join(', ') + (texts.length > most ? ` and ${texts.length - most} more` : '')

export function usageLines({ connections, listening, owners, defaults }: Usage): string[] {
  const lines: string[] = []
  if (connections + listening > 0) {
    lines.push(`used by ${count(connections, 'connection')} and ${count(listening, 'listening socket')}`)
  }
  if (owners.length > 0) {
    lines.push(`of ${shortened(owners.map(({ pid, command, sockets }) => `process ${pid} (${command}, ${sockets})`))}`)
  }
  for (const { inode, pids } of defaults) {
    const processes = pids.length === 0 ? '' : `, of processes ${shortened(pids.map(String))}`
    lines.push(`the default of network namespace ${inode}${processes}: --restore-default gives it another`)
  }
  return lines
}
