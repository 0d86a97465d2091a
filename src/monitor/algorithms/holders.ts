import { type BpfHolder, bpfHolders, listPins, type PinnedObject } from '../../kernel/index.ts'
import type { StructOpsEntry } from '../../structops/index.ts'
import type { AlgorithmView, HolderView } from '../snapshot.ts'

/** What keeps something alive, or is kept by it. */
export type Kept = Pick<AlgorithmView, 'links' | 'pins' | 'holders'>

/** For all algorithms at once, since all of `/proc` and all BPF file systems are searched. */
export function whatKeeps(entries: readonly StructOpsEntry[]): ReadonlyMap<number, Kept> {
  if (entries.length === 0) return new Map()
  const pins = listPins()
  const holders = bpfHolders({
    maps: new Set(entries.map(({ mapId }) => mapId)),
    links: new Set(entries.flatMap(({ links }) => links)),
    programs: new Set(entries.flatMap(({ members }) => members.map(({ programId }) => programId))),
  })
  return new Map(entries.map((entry) => [entry.mapId, keptBy(entry, pins, holders)]))
}

function keptBy({ mapId, links, members }: StructOpsEntry, pins: readonly PinnedObject[], holders: readonly BpfHolder[]): Kept {
  const programs = new Set(members.map(({ programId }) => programId))
  const isOwn = ({ kind, id }: PinnedObject): boolean => (kind === 'map' && id === mapId) || (kind === 'program' && programs.has(id))
  const holding = holders.flatMap(({ pid, command, ...held }): HolderView[] => [
    ...(held.maps.includes(mapId) ? [{ pid, command, what: 'map' } as const] : []),
    ...(held.links.some((id) => links.includes(id)) ? [{ pid, command, what: 'link' } as const] : []),
    ...(held.programs.some((id) => programs.has(id)) ? [{ pid, command, what: 'program' } as const] : []),
  ])
  return {
    links: links.map((id) => ({ id, pins: pins.flatMap((pin) => (pin.kind === 'link' && pin.id === id ? [pin.path] : [])) })),
    pins: pins.filter(isOwn).map(({ path }) => path),
    holders: holding,
  }
}
