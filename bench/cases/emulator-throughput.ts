import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPath, type Path } from '../../src/emulator/index.ts'
import { pathOf } from '../../src/spec/index.ts'

const seconds = 3

/**
 * How many packets a second a path carries that holds nothing back, both directions together, while iperf3 sends full
 * frames over it by TCP with CUBIC, which does not pace itself, on the same cores. With what happens to each packet noted, and without, in turn.
 */
export async function emulatorThroughput(rounds: number): Promise<string> {
  const spec = { rate: '20gbit', rtt: '0ms', queue: { limit: '4000p' }, reverse: { queue: { limit: '4000p' } } }
  await using plain = await openPath(pathOf(spec))
  await using noting = await openPath(pathOf(spec), { telemetry: {} })
  const paths = [plain, noting]
  for (const path of paths) await path.servers[0]?.run('iperf3', ['-s'])
  await sleep(500)
  for (const path of paths) await packetsPerSecond(path)
  const found: [number, number][] = []
  for (let round = 0; round < rounds; round += 1) found.push([await packetsPerSecond(plain), await packetsPerSecond(noting)])
  return [
    `Packets a second over a path that holds nothing back (${rounds} times ${seconds} s, load ${(loadavg()[0] ?? 0).toFixed(1)})`,
    `  ccdk emulator            ${spread(found.map(([one]) => one / 1e3))} thousand`,
    `  with telemetry           ${spread(found.map(([, other]) => other / 1e3))} thousand`,
    `  ratio                    ${spread(found.map(([one, other]) => other / one), 2)}`,
    '',
  ].join('\n')
}

async function packetsPerSecond(path: Path): Promise<number> {
  const server = path.servers[0]?.addresses[0]?.ipv4 ?? ''
  const before = await path.statistics()
  const program = await path.clients[0]?.run('iperf3', ['-c', server, '-t', String(seconds), '-C', 'cubic'])
  const end = await program?.ended
  if (end?.code !== 0) throw new Error(`iperf3: ${end?.printed}`)
  const after = await path.statistics()
  const delivered = ({ links }: typeof before): number => links.reduce((sum, link) => sum + link.delivered, 0)
  return (delivered(after) - delivered(before)) / seconds
}

function spread(values: readonly number[], digits = 0): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(digits).padStart(6)
  return `min ${at(0)}  median ${at(0.5)}  max ${at(1)}`
}
