import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import { listStructOps, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { find } from '../registered/find.ts'
import { holdersOf, holderText } from '../registered/holders-of.ts'
import type { Output } from '../output/output.ts'
import { pinsOf } from '../registered/pins-of.ts'
import { programRows } from '../output/program-rows.ts'
import { countSockets } from '../registered/count-sockets.ts'
import { table } from '../output/table.ts'
import { count } from '../output/units.ts'

export function configure(command: Command, output: Output): void {
  command.action((name: string) => {
    using target = new LinuxTarget()
    const { entry, pin } = find(target, name)
    if (entry === undefined) {
      throw new UsageError(`${pin} is the pin of a link that registers nothing any more`, {
        hint: `remove it: ccdk unregister ${pin}`,
      })
    }
    const sockets = countSockets(output)
    const pinned = pinsOf(entry)
    const holders = holdersOf(entry)
    const older = olderVersions(target, entry)
    output.document({
      structOps: { ...entry, pins: pinned.map(({ path }) => path), sockets: sockets.of(entry.name), holders, older },
      unseen: sockets.unseen,
    })
    const facts = [
      ['struct', entry.struct],
      ['map', `${entry.mapId} "${entry.map}"`],
      ['state', entry.state],
      ['registered', registered(entry)],
      ...pinned.map(({ path, kind }) => ['pinned', kind === 'link' ? path : `${path} (${kind})`]),
      ...holders.map((holder) => ['held by', holderText(holder)]),
      ['refcnt', `${entry.refcnt}`],
      ['sockets', `${sockets.of(entry.name)}`],
      ...older.map(({ mapId, state, refcnt }) => ['older', `map ${mapId}, ${state}, ${count(refcnt, 'reference')}`]),
    ]
    output.print(output.style('bold', entryName(entry)))
    output.print(table(facts.map(([label = '', value = '']) => [`  ${output.style('dim', label)}`, value])))
    output.print()
    output.print(programRows(entry.members, output))
    if (entry.members.every(({ runCount }) => runCount === 0n)) {
      output.note('  runs are counted only while BPF statistics are on: sysctl kernel.bpf_stats_enabled=1')
    }
  })
}

/** Others of the same name, which live on in the sockets that chose them. */
const olderVersions = (target: LinuxTarget, { mapId, name, struct }: StructOpsEntry): StructOpsEntry[] =>
  listStructOps(target).filter(
    (other) => name !== null && other.name === name && other.struct === struct && other.mapId !== mapId && !other.registered,
  )

function registered({ registered: is, byLink, links }: StructOpsEntry): string {
  if (!is) return 'no'
  return byLink
    ? `by link ${links.join(', ')}, as long as a pin or a process holds it`
    : 'by itself, until it is unregistered'
}
