import type { AlgorithmView } from '../../../src/monitor/index.ts'
import type { Model } from './ui.ts'

/**
 * Sockets that have this very version. Sockets know but a name: where several versions share it, what each version's
 * references tell counts.
 */
export function socketsOf(algorithm: AlgorithmView, { snapshot }: Pick<Model, 'snapshot'>): number {
  const { mapId, struct, name, sockets } = algorithm
  const isShared = snapshot?.algorithms.some((other) => other.struct === struct && other.name === name && other.mapId !== mapId) === true
  return struct === 'tcp_congestion_ops' && name !== null && isShared ? referencesOf(algorithm) : sockets
}

/** What the kernel counts besides the registration: sockets, also of namespaces that are not looked into, and defaults of namespaces. */
export const referencesOf = ({ refcnt, registered }: AlgorithmView): number => Math.max(0, refcnt - Number(registered))
