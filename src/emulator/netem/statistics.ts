import type { QdiscFound } from '../../kernel/index.ts'
import type { DropReason } from '../../link-model/index.ts'
import type { Direction } from '../plan.ts'
import type { LinkStatistics } from '../statistics.ts'
import { placesOf } from './stations.ts'

/** The handles of the qdiscs at an interface: its own, and the one in it. */
export const majors = { root: 1, inner: 2 } as const

/** What has happened at one direction of a link, as far as the kernel tells: not how long the queue was. */
export function directionStatistics(qdiscs: readonly QdiscFound[], link: number, direction: Direction): LinkStatistics {
  const places = placesOf(link, direction)
  const at = (index: number, major: number): QdiscFound | undefined =>
    qdiscs.find((one) => one.interface === index && one.handle === (major << 16) >>> 0)
  const chance = at(places.chance, majors.root)
  const inner = at(places.queue, majors.inner)
  const line = at(places.line, majors.root)
  const loss = chance?.drops ?? 0
  return {
    link,
    direction,
    arrived: (chance?.packets ?? 0) + loss,
    delivered: line?.packets ?? 0,
    deliveredBytes: line?.bytes ?? 0,
    marked: inner?.marks ?? 0,
    dropped: { loss, policer: 0, ...queueDrops(inner) },
    queued: inner?.queued ?? { packets: 0, bytes: 0 },
  }
}

/** What a discipline that drops for other reasons than want of room calls that. */
const reasons: ReadonlyMap<string, DropReason> = new Map([
  ['red', 'red'],
  ['codel', 'codel'],
  ['fq_codel', 'codel'],
  ['pie', 'pie'],
])

function queueDrops(inner: QdiscFound | undefined): Omit<Record<DropReason, number>, 'loss' | 'policer'> {
  const none = { limit: 0, red: 0, codel: 0, pie: 0 }
  if (inner === undefined) return none
  const reason = reasons.get(inner.kind)
  if (reason === undefined) return { ...none, limit: inner.drops }
  const { drops, overlimitDrops = 0 } = inner
  return { ...none, limit: overlimitDrops, [reason]: drops - overlimitDrops }
}
