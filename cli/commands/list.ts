import type { Command } from 'commander'
import { LinuxTarget } from '../../src/kernel/index.ts'
import { listStructOps, type StructOpsEntry } from '../../src/structops/index.ts'
import { entryName } from '../registered/entry-name.ts'
import { holdersOf, holderText } from '../registered/holders-of.ts'
import { pinsOf } from '../registered/pins-of.ts'
import type { Output } from '../output/output.ts'
import { countSockets } from '../registered/count-sockets.ts'
import { table } from '../output/table.ts'

export function configure(command: Command, output: Output): void {
  command.option('--holders', 'also where each is pinned, and which processes hold it').action(({ holders }: { holders?: true }) => {
    using target = new LinuxTarget()
    const entries = listStructOps(target)
    const sockets = countSockets(output)
    output.document({
      structOps: entries.map((entry) => ({
        ...entry,
        sockets: sockets.of(entry.name),
        ...(holders === true ? { pins: pinsOf(entry).map(({ path }) => path), holders: holdersOf(entry) } : {}),
      })),
      unseen: sockets.unseen,
    })
    if (entries.length === 0) {
      output.note('nothing is registered by BPF; ccdk register OBJECT registers something')
      return
    }
    const header = ['NAME', 'STRUCT', 'STATE', 'REGISTERED', 'REFCNT', 'SOCKETS', 'MAP', 'PROGRAMS']
    const rows = entries.map((entry) => [
      entryName(entry),
      entry.struct,
      entry.state,
      registered(entry, output),
      `${entry.refcnt}`,
      `${sockets.of(entry.name)}`,
      `${entry.mapId}`,
      `${entry.members.length}`,
    ])
    output.print(table([header.map((cell) => output.style('dim', cell)), ...rows], [4, 5, 6, 7]))
    if (holders === true) for (const entry of entries) tellHolders(entry, output)
  })
}

function tellHolders(entry: StructOpsEntry, output: Output): void {
  const lines = [...pinsOf(entry).map(({ path, kind }) => `${kind} pinned at ${path}`), ...holdersOf(entry).map(holderText)]
  if (lines.length === 0) return
  output.print(`\n${entryName(entry)} (map ${entry.mapId})`)
  for (const line of lines) output.print(`  ${line}`)
}

function registered(
  { registered: is, links }: { registered: boolean; links: readonly number[] },
  output: Output,
): string {
  if (!is) return output.style('dim', 'no')
  return output.style('green', links.length === 0 ? 'yes' : `by link ${links.join(',')}`)
}
