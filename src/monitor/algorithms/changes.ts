import type { StructOpsEntry } from '../../structops/index.ts'
import type { MonitorEvent } from '../snapshot.ts'

/** What happened to the algorithms between two looks, in the order of their maps; `at` is the time of the second. */
export function changesBetween(before: readonly StructOpsEntry[], after: readonly StructOpsEntry[], at: string): MonitorEvent[] {
  const earlier = new Map(before.map((entry) => [entry.mapId, entry]))
  const later = new Set(after.map(({ mapId }) => mapId))
  const mapOfLink = new Map(before.flatMap(({ mapId, links }) => links.map((link) => [link, mapId] as const)))
  const gone = before.filter(({ mapId }) => !later.has(mapId))
  return [
    ...gone.map((entry) =>
      entry.registered ? eventOf(entry, at, 'unregistered', 'unregistered, and gone') : eventOf(entry, at, 'state', `${entry.state} → gone`),
    ),
    ...after.flatMap((entry) => changesOf(earlier.get(entry.mapId), entry, mapOfLink, at)),
  ]
}

function changesOf(
  before: StructOpsEntry | undefined,
  after: StructOpsEntry,
  mapOfLink: ReadonlyMap<number, number>,
  at: string,
): MonitorEvent[] {
  const events: MonitorEvent[] = []
  const tell = (kind: MonitorEvent['kind'], text: string): void => {
    events.push(eventOf(after, at, kind, text))
  }
  const swapped = after.links.filter((link) => (mapOfLink.get(link) ?? after.mapId) !== after.mapId)
  for (const link of swapped) tell('swapped', `link ${link} was taken from map ${mapOfLink.get(link)}`)
  if (after.registered && before?.registered !== true && swapped.length === 0) {
    tell('registered', after.byLink ? `registered by link ${after.links.join(', ')}` : 'registered')
  }
  if (before?.registered === true && !after.registered) tell('unregistered', `unregistered, with ${after.refcnt} reference${after.refcnt === 1 ? '' : 's'} left`)
  if (before === undefined) {
    if (!after.registered) tell('state', `made, ${after.state}`)
    return events
  }
  if (before.state !== after.state) tell('state', `${before.state} → ${after.state}`)
  if (before.refcnt !== after.refcnt) tell('refcnt', `refcnt ${before.refcnt} → ${after.refcnt}`)
  return events
}

const eventOf = ({ mapId, name, map }: StructOpsEntry, at: string, kind: MonitorEvent['kind'], text: string): MonitorEvent => ({
  at,
  kind,
  mapId,
  name: name ?? map,
  text,
})
