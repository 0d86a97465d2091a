import type { Everywhere, VersionGroup } from '../../src/sockets/index.ts'

/** The sockets that use one version of an algorithm, in all namespaces that were looked into. */
export interface VersionUse {
  mapId: number
  /** Open connections, at either end. */
  connections: number
  listening: number
}

/** What became of the sockets that were to be moved. */
export interface Moved {
  connections: number
  listening: number
  /** By the errno with which the kernel refused. */
  refused: { errno: string; sockets: number }[]
}

type Groups = Everywhere<VersionGroup[]>

const flat = ({ namespaces }: Groups): VersionGroup[] => namespaces.flatMap(({ value }) => value)

/** How many sockets each version has, the older ones first. */
export function useByVersion(groups: Groups): VersionUse[] {
  const found = new Map<number, VersionUse>()
  for (const { mapId, listening, sockets } of flat(groups)) {
    const use = found.get(mapId) ?? { mapId, connections: 0, listening: 0 }
    found.set(mapId, use)
    use[listening ? 'listening' : 'connections'] += sockets
  }
  return [...found.values()].toSorted((a, b) => a.mapId - b.mapId)
}

export function whatMoved(groups: Groups): Moved {
  const moved: Moved = { connections: 0, listening: 0, refused: [] }
  for (const { answer, listening, sockets } of flat(groups)) {
    if (answer === 'kept') continue
    if (answer === 'moved') {
      moved[listening ? 'listening' : 'connections'] += sockets
      continue
    }
    const known = moved.refused.find(({ errno }) => errno === answer)
    if (known === undefined) moved.refused.push({ errno: answer, sockets })
    else known.sockets += sockets
  }
  return moved
}
