import type { PathDescription, PathStatistics } from '../../src/emulator/index.ts'
import { table } from '../output/table.ts'
import { byteCount, grouped } from '../output/units.ts'

type Links = PathDescription['links']
type Direction = Links[number]['right']

/** What has happened to packets, a row a direction. */
export function directionTable({ links: hops }: PathStatistics, links: Links): string {
  const header = ['  ', 'PACKETS', 'DROPPED', 'MARKED', 'LONGEST QUEUE']
  const rows = hops.map((hop) => [
    `  ${hop.direction === 'right' ? 'to the servers' : 'to the clients'}${links.length === 1 ? '' : `, link ${hop.link + 1}`}`,
    grouped(hop.arrived),
    droppedOf(hop.dropped),
    grouped(hop.marked),
    longestOf(hop, links[hop.link]?.[hop.direction]),
  ])
  return table([header, ...rows], [1])
}

function longestOf({ longest }: PathStatistics['links'][number], link: Direction | undefined): string {
  if (longest === undefined) return '(not told)'
  return [`${grouped(longest.packets)} packets`, byteCount(longest.bytes), ...timeOf(longest.bytes, link)].join(', ')
}

/** How long so many bytes wait, at a rate that does not vary. */
const timeOf = (bytes: number | undefined, link: Direction | undefined): string[] =>
  bytes === undefined || link?.rate.kind !== 'constant' ? [] : [`${((bytes * 8e3) / link.rate.rate).toFixed(1)} ms`]

function droppedOf(dropped: PathStatistics['links'][number]['dropped']): string {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0)
  return reasons.map(([reason, count]) => `${grouped(count)} (${reason})`).join(', ') || '0'
}

const lapseWords: Readonly<Record<string, (count: number) => string>> = {
  late: (count) => `packets left more than 1 ms late on ${grouped(count)} occasions`,
  'rx-dropped': (count) => `the kernel dropped ${grouped(count)} packets before it`,
  'rx-full': () => 'packets came faster than it took them',
  'fill-empty': () => 'it had no room for packets that came',
  'tx-full': (count) => `${grouped(count)} packets waited for the interface`,
  'no-frame': (count) => `${grouped(count)} packets found no room: make the path with more --frames`,
}

/** In which ways what forwards was not the path that was asked for; empty when it was, or does not tell. */
export const fellBehind = ({ lapses = {} }: { lapses?: Readonly<Record<string, number>> | undefined }): string[] =>
  Object.entries(lapses).flatMap(([kind, count]) => (count === 0 ? [] : [lapseWords[kind]?.(count) ?? `${kind}: ${count}`]))
