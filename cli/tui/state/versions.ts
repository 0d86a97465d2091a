import type { AlgorithmView } from '../../../src/monitor/index.ts'
import type { Model } from './ui.ts'

/**
 * Sockets that have this very version. Sockets know but a name: where several versions share it, what each version's
 * references tell counts, of which the registration has one.
 */
export function socketsOf({ mapId, name, refcnt, registered, sockets }: AlgorithmView, { snapshot }: Pick<Model, 'snapshot'>): number {
  const isShared = snapshot?.algorithms.some((other) => other.name === name && other.mapId !== mapId) === true
  return name !== null && isShared ? Math.max(0, refcnt - Number(registered)) : sockets
}
