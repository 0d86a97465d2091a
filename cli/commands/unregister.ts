import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { describeMap, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../entry-name.ts'
import { find } from '../find.ts'
import { interruption, pause } from '../interrupted.ts'
import type { Output } from '../output.ts'
import { pinsOf } from '../pins-of.ts'
import { takeAway } from '../take-away.ts'
import { count } from '../units.ts'

/** How often `--wait` looks, ms. */
const interval = 100

export function configure(command: Command, output: Output): void {
  command
    .option('--wait', 'wait until the last socket has let go of it')
    .action(async (name: string, options: { wait?: true }) => {
      using target = new LinuxTarget()
      using ended = interruption()
      const { entry, pin } = find(target, name)
      const pinsRemoved = [...new Set([...pinsOf(entry), ...(pin === null ? [] : [pin])])]
      const waiting = options.wait === true && entry !== undefined
      // What was unregistered before can still be waited for.
      const isDone = waiting && !entry.registered && pinsRemoved.length === 0
      if (!isDone) await takeAway(target, entry, pinsRemoved, ended.signal)
      if (entry !== undefined)
        output.print(`unregistered ${entryName(entry)} (map ${entry.mapId})${isDone ? ' before' : ''}`)
      for (const path of pinsRemoved)
        output.print(`  removed the pin ${path}${entry === undefined ? ', which registered nothing' : ''}`)

      const left = waiting ? await untilUnused(target, entry.mapId, ended.signal, output) : lookAt(target, entry)
      output.document({ unregistered: entry === undefined ? null : documentOf(entry, left), pinsRemoved })
      if (left !== undefined && left.refcnt > 0) {
        output.print(
          `  state ${left.state}, ${count(left.refcnt, 'reference')}: connections that are open keep it until they end`,
        )
      }
    })
}

const lookAt = (target: LinuxTarget, entry: StructOpsEntry | undefined): StructOpsEntry | undefined =>
  entry === undefined ? undefined : describeMap(target, entry.mapId)

function documentOf({ name, map, mapId }: StructOpsEntry, left: StructOpsEntry | undefined): object {
  return { name, map, mapId, state: left?.state ?? 'gone', refcnt: left?.refcnt ?? 0 }
}

/** A map that others still hold stays, but no socket uses it any more once nothing refers to it. */
async function untilUnused(
  target: LinuxTarget,
  map: number,
  signal: AbortSignal,
  output: Output,
): Promise<StructOpsEntry | undefined> {
  for (let told = -1; ;) {
    const left = describeMap(target, map)
    if (left === undefined || left.refcnt === 0) return left
    if (left.refcnt !== told) output.note(`  state ${left.state}, ${count(left.refcnt, 'reference')}: waiting`)
    told = left.refcnt
    await pause(interval, signal)
  }
}
