import { UsageError } from '../errors/index.ts'
import { type LinkChange, nominalRate } from '../link-model/index.ts'
import { type PathInput, type PathLink, pathOf } from '../spec/index.ts'
import { formatTime } from '../units/index.ts'
import type { Direction } from './plan.ts'

/** What a person changes of a path while it is up, in the words of its specification. */
export interface PathChange extends Partial<Pick<PathInput, 'rate' | 'rtt' | 'delay' | 'jitter' | 'loss' | 'duplicate'>> {
  /** Of the queue. */
  limit?: string | number
  /** Which link, from 1; the first when left out. */
  link?: number
  /** The direction in which servers send. A rate and a round trip are both directions' unless this is said. */
  reverse?: boolean
}

export interface PlacedChange {
  place: { link: number; direction: Direction }
  change: LinkChange
}

/**
 * What a change means for the links as they are. A limit in bandwidth × delay is of those that hold after the change;
 * another rate alone leaves the queue as it is.
 *
 * @throws UsageError that names the key and what was expected there
 */
export function placeChange({ link: number = 1, reverse = false, ...asked }: PathChange, links: readonly PathLink[]): PlacedChange[] {
  const link = links[number - 1]
  if (link === undefined) throw new UsageError(`link: 1 to ${links.length}, not ${number}`)
  const own: Direction = reverse ? 'left' : 'right'
  const { rate, rtt } = asked
  const shared = reverse ? {} : { rate, rtt }
  const placed = ([own, opposite(own)] as const).map((direction) => ({
    place: { link: number - 1, direction },
    change: changeOf(direction === own ? asked : shared, link, direction),
  }))
  const changes = placed.filter(({ change }) => Object.keys(change).length > 0)
  if (changes.length === 0) throw new UsageError('nothing was said that should change')
  return changes
}

const opposite = (direction: Direction): Direction => (direction === 'right' ? 'left' : 'right')

/** The words of a specification mean what they mean there: the link is written down with the change, and read again. */
function changeOf({ rate, rtt, delay, jitter, loss, duplicate, limit }: PathChange, link: PathLink, direction: Direction): LinkChange {
  const before = link[direction]
  const delays =
    rtt === undefined
      ? { delay: delay ?? formatTime(before.delay), reverse: { delay: formatTime(link[opposite(direction)].delay) } }
      : { rtt, delay }
  const input = { rate: rate ?? nominalRate(before.rate), ...delays, jitter, loss, duplicate, queue: { limit: limit ?? '1bdp' } }
  const [read] = pathOf(withoutUndefined<PathInput>(input)).links
  if (read === undefined) return {}
  const after = read.right
  return withoutUndefined<LinkChange>({
    rate: rate === undefined ? undefined : after.rate,
    delay: rtt === undefined && delay === undefined ? undefined : after.delay,
    ...(jitter === undefined ? {} : { jitter: after.jitter, distribution: after.distribution, reorder: after.reorder }),
    loss: after.loss,
    duplicate: after.duplicate,
    limit: limit === undefined ? undefined : after.queue.limit,
  })
}

type MaybeUndefined<T> = { [K in keyof T]: T[K] | undefined }

function withoutUndefined<T extends object>(values: MaybeUndefined<T>): T {
  const given: (readonly unknown[])[] = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given)
}

const keys: ReadonlySet<string> = new Set(['rate', 'rtt', 'delay', 'jitter', 'loss', 'duplicate', 'limit', 'link', 'reverse'])

/** A change that came as JSON; what its values are is looked at when it is placed. */
export function isPathChange(value: unknown): value is PathChange {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { link, reverse }: PathChange = value
  const isPlace = (link === undefined || Number.isInteger(link)) && (reverse === undefined || typeof reverse === 'boolean')
  return isPlace && Object.keys(value).every((key) => keys.has(key))
}
