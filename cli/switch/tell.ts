import type { Output } from '../output/output.ts'
import { count } from '../output/units.ts'
import type { Switched } from './switched.ts'
import type { Moved, VersionUse } from './version-use.ts'

/** Says which version took the place of which, and who still uses an older one. */
export function tellSwitched(all: readonly Switched[], notes: readonly string[], output: Output): void {
  output.document({ switched: all, notes })
  for (const switched of all) printSwitched(switched, output)
}

export function printSwitched(switched: Switched, output: Output): void {
  const { name, struct, from, to, linkId, pins, moved } = switched
  const how = linkId === null ? 'unregistered and registered anew' : `link ${linkId}`
  output.print(
    `switched ${output.style('green', name ?? to.map)} from map ${from.mapId} to map ${to.mapId} (struct ${struct}, ${how})`,
  )
  for (const pin of pins) output.print(`  pinned at ${pin}`)
  if (moved !== null) output.print(`  moved ${sockets(moved)}${refused(moved)}`)
  for (const line of left(switched)) output.print(`  ${line}`)
  if (output.verbose) for (const { message } of switched.unseen) output.note(`  sockets may be missing: ${message}`)
}

const sockets = ({ connections, listening }: Pick<VersionUse, 'connections' | 'listening'>): string =>
  `${count(connections, 'connection')} and ${count(listening, 'listening socket')}`

const refused = ({ refused: all }: Moved): string =>
  all.map(({ errno, sockets: number }) => `; the kernel refused ${number} (${errno})`).join('')

/** Who uses an older version still: this one's predecessor, and those before it that have sockets left. */
function left({ uses, from, to, oldRefcnt, moved }: Switched): string[] {
  const older = (uses ?? []).filter(({ mapId }) => mapId !== to.mapId)
  const lines = older.map((use) => `map ${use.mapId} is still used by ${sockets(use)}`)
  const seen = older.find(({ mapId }) => mapId === from.mapId) ?? { connections: 0, listening: 0 }
  const hidden = oldRefcnt - seen.connections - seen.listening
  if (hidden > 0) lines.push(`map ${from.mapId} is still used by ${count(hidden, uses === null ? 'socket' : 'unconnected socket')}`)
  if (lines.length === 0) return ['no socket uses the old version']
  if (older.some(({ listening }) => listening > 0)) lines.push('what a listening socket accepts begins with its version')
  if (moved === null && older.length > 0) lines.push('open connections keep their version until they end: --existing moves them')
  return lines
}
