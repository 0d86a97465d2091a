import type { StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import type { Output } from '../output/output.ts'
import { count } from '../output/units.ts'
import { type Usage, usageLines } from '../registered/usage-of.ts'

/** Something that was taken away, and what is left of it. */
export interface Unregistered {
  /** Null for the pin of a link that registered nothing any more. */
  entry: StructOpsEntry | null
  /** It was unregistered already, and is only waited for. */
  before: boolean
  pinsRemoved: string[]
  /** Namespaces that were given another default. */
  restored: number[]
  /** Null where nothing uses it any more. */
  usage: Usage | null
  state: string
  refcnt: number
}

export function tellUnregistered(all: readonly Unregistered[], then: 'wait' | 'leave', output: Output): void {
  output.document({
    unregistered: all.flatMap(({ entry, state, refcnt, usage, restored }) =>
      entry === null
        ? []
        : [{ name: entry.name, map: entry.map, mapId: entry.mapId, state, refcnt, usage, defaultsRestored: restored }],
    ),
    pinsRemoved: all.flatMap(({ pinsRemoved }) => pinsRemoved),
  })
  for (const one of all) tellOne(one, then, output)
}

function tellOne({ entry, before, pinsRemoved, usage, state, refcnt }: Unregistered, then: 'wait' | 'leave', output: Output): void {
  if (entry !== null) output.print(`unregistered ${entryName(entry)} (map ${entry.mapId})${before ? ' before' : ''}`)
  for (const path of pinsRemoved) {
    output.print(`  removed the pin ${path}${entry === null ? ', which registered nothing' : ''}`)
  }
  if (refcnt === 0) return
  const why = then === 'wait' ? 'it is in use still' : 'connections that are open keep it until they end'
  output.print(`  state ${state}, ${count(refcnt, 'reference')}: ${why}`)
  for (const line of usage === null ? [] : usageLines(usage)) output.print(`  ${line}`)
}
