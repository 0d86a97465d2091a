import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { findEntry } from '../find-entry.ts'
import type { Output } from '../output.ts'
import { programRows } from '../program-rows.ts'
import { socketCounts } from '../socket-counts.ts'
import { table } from '../table.ts'

export function configure(command: Command, output: Output): void {
  command.argument('<name>', 'the algorithm, its map, or the id of the map').action((name: string) => {
    using target = new LinuxTarget()
    const entry = findEntry(target, name, (candidate) => candidate.registered)
    const sockets = entry.name === null ? 0 : (socketCounts(output).get(entry.name) ?? 0)
    output.document({ structOps: { ...entry, sockets } })
    const facts = [
      ['struct', entry.struct],
      ['map', `${entry.mapId} "${entry.map}"`],
      ['state', entry.state],
      ['registered', entry.registered ? 'yes' : 'no'],
      ['by', entry.byLink ? `link ${entry.links.join(', ') || 'none now'}` : 'itself, until it is unregistered'],
      ['refcnt', `${entry.refcnt}`],
      ['sockets', `${sockets}`],
    ]
    output.print(output.style('bold', entry.name ?? entry.map))
    output.print(table(facts.map(([label = '', value = '']) => [`  ${output.style('dim', label)}`, value])))
    output.print()
    output.print(programRows(entry.members, output))
  })
}
