import { listPaths } from '../../src/emulator/index.ts'
import { linkLines } from '../../src/spec/index.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'
import { directionTable } from './words.ts'

export async function list(output: Output): Promise<void> {
  const paths = await listPaths()
  output.document({ paths })
  if (paths.length === 0) output.note('no path is up; ccdk path up makes one')
  for (const [index, { name, pid, links, hosts, statistics }] of paths.entries()) {
    if (index > 0) output.print()
    output.print(`${output.style('bold', name)}  process ${pid}`)
    for (const line of linkLines(links)) output.print(`  ${line}`)
    const rows = hosts.map((host) => [`  ${host.name}`, host.ipv4, host.ipv6, `process ${host.pid}`])
    output.print(table(rows))
    output.print(directionTable(statistics, links))
  }
}
