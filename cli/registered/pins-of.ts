import { listPins, type PinnedObject } from '../../src/kernel/index.ts'
import type { StructOpsEntry } from '../../src/structops/index.ts'

/** Where something's map, links and programs are pinned, as far as this process sees the BPF file systems. */
export function pinsOf({ mapId, links, members }: StructOpsEntry): PinnedObject[] {
  const ids = { map: [mapId], link: links, program: members.map(({ programId }) => programId) }
  return listPins().filter(({ kind, id }) => ids[kind].includes(id))
}

/** Where the links that register something are pinned: what keeps them alive. */
export const linkPinsOf = (entry: StructOpsEntry | undefined): string[] =>
  entry === undefined || entry.links.length === 0
    ? []
    : pinsOf(entry).flatMap(({ path, kind }) => (kind === 'link' ? [path] : []))
