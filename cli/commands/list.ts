import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { listStructOps } from '../../src/structops/index.ts'
import { socketCounts } from '../socket-counts.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'

export function configure(command: Command, output: Output): void {
  command.action(() => {
    using target = new LinuxTarget()
    const entries = listStructOps(target)
    const sockets = socketCounts(output)
    const socketsOf = (name: string | null) => (name === null ? 0 : (sockets.get(name) ?? 0))
    output.document({ structOps: entries.map((entry) => ({ ...entry, sockets: socketsOf(entry.name) })) })
    if (entries.length === 0) {
      output.note('nothing is registered by BPF; try: ccdk register OBJECT')
      return
    }
    const header = ['NAME', 'STRUCT', 'STATE', 'REGISTERED', 'REFCNT', 'SOCKETS', 'MAP', 'LINKS', 'PROGRAMS']
    const rows = entries.map((entry) => [
      entry.name ?? entry.map,
      entry.struct,
      entry.state,
      entry.registered ? output.style('green', 'yes') : 'no',
      `${entry.refcnt}`,
      `${socketsOf(entry.name)}`,
      `${entry.mapId}`,
      entry.links.join(',') || '-',
      `${entry.members.length}`,
    ])
    output.print(table([header.map((cell) => output.style('dim', cell)), ...rows], [4, 5, 6]))
  })
}
