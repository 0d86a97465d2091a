import { countTcpSocketsEverywhere } from '../src/sockets/index.ts'
import type { Output } from './output.ts'

/** How many TCP sockets each congestion control has, in all network namespaces that can be looked into. */
export function socketCounts(output: Output): Map<string, number> {
  const { namespaces, unseen } = countTcpSocketsEverywhere()
  if (unseen.length > 0) output.note(`the sockets of ${unseen.length} network namespaces cannot be seen`)
  const total = new Map<string, number>()
  for (const { value } of namespaces) {
    for (const [name, count] of value) total.set(name, (total.get(name) ?? 0) + count)
  }
  return total
}
