import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { UsageError } from '../../src/errors/index.ts'
import type { StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../entry-name.ts'
import { find } from '../find.ts'
import type { Output } from '../output.ts'
import { pinsOf } from '../pins-of.ts'
import { programRows } from '../program-rows.ts'
import { countSockets } from '../count-sockets.ts'
import { table } from '../table.ts'

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
    const pins = pinsOf(entry)
    output.document({ structOps: { ...entry, pins, sockets: sockets.of(entry.name) }, unseen: sockets.unseen })
    const facts = [
      ['struct', entry.struct],
      ['map', `${entry.mapId} "${entry.map}"`],
      ['state', entry.state],
      ['registered', registered(entry)],
      ...pins.map((path) => ['pinned', path]),
      ['refcnt', `${entry.refcnt}`],
      ['sockets', `${sockets.of(entry.name)}`],
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

function registered({ registered: is, byLink, links }: StructOpsEntry): string {
  if (!is) return 'no'
  return byLink
    ? `by link ${links.join(', ')}, as long as a pin or a process holds it`
    : 'by itself, until it is unregistered'
}
