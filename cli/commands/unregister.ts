import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { describeMap, type StructOpsEntry, unregister } from '../../src/structops/index.ts'
import { findEntry } from '../find-entry.ts'
import { interruption } from '../interrupted.ts'
import type { Output } from '../output.ts'

/** How often `--wait` looks, ms. */
const interval = 100

export function configure(command: Command, output: Output): void {
  command
    .argument('<name>', 'the algorithm, its map, or the id of the map')
    .option('--wait', 'wait until the last socket has let go of it')
    .action(async (name: string, options: { wait?: true }) => {
      using target = new LinuxTarget()
      const entry = findEntry(target, name, (candidate) => candidate.registered)
      unregister(target, entry)
      const left = options.wait === true ? await untilGone(target, entry, output) : describeMap(target, entry.mapId)
      const { mapId } = entry
      output.document({ unregistered: { name: entry.name, map: entry.map, mapId, state: left?.state ?? null, refcnt: left?.refcnt ?? 0 } })
      output.print(`unregistered ${entry.name ?? entry.map} (map ${mapId})`)
      if (left?.state === 'tobefree') {
        output.print(`  state tobefree: open connections keep it, ${left.refcnt} references; it goes with the last of them`)
      }
    })
}

async function untilGone(target: LinuxTarget, entry: StructOpsEntry, output: Output): Promise<StructOpsEntry | undefined> {
  using ended = interruption()
  let told = -1
  for (;;) {
    const left = describeMap(target, entry.mapId)
    // A map that others still hold stays, but no socket uses it any more once nothing refers to it.
    if (left === undefined || left.refcnt === 0) return left
    if (left.refcnt !== told) output.note(`state ${left.state}, ${left.refcnt} references`)
    told = left.refcnt
    await sleep(interval, undefined, { signal: ended.signal }).catch(() => ended.signal.throwIfAborted())
  }
}
