import { countTcpSocketsEverywhere, type Everywhere } from '../../src/sockets/index.ts'
import type { Output } from '../output/output.ts'

/** How many TCP sockets each congestion control has. */
export interface SocketCounts {
  /** In all network namespaces that could be looked into. */
  of(name: string | null): number
  /** What could not be looked into, such as `/proc/1/ns/net`: sockets may be missing. */
  unseen: Everywhere<unknown>['unseen']
}

export function countSockets(output: Output): SocketCounts {
  const { namespaces, unseen } = countTcpSocketsEverywhere()
  // Usually a process whose namespace is another's too, so this is not for everybody's eyes each time.
  if (output.verbose) for (const { message } of unseen) output.note(`sockets may be missing: ${message}`)
  const total = new Map<string, number>()
  for (const { value } of namespaces) {
    for (const [name, count] of value) total.set(name, (total.get(name) ?? 0) + count)
  }
  return { of: (name) => (name === null ? 0 : (total.get(name) ?? 0)), unseen }
}
