import type { Target } from '../../src/loader/index.ts'
import { describeMap, type Registration, type StructOpsEntry } from '../../src/structops/index.ts'
import type { Transfer, TransferResult, TransferSample } from '../../src/testbed/index.ts'
import { countSockets } from '../registered/count-sockets.ts'
import type { Output } from '../output/output.ts'
import { programRows } from '../output/program-rows.ts'
import { bitRate, grouped, milliseconds } from '../output/units.ts'
import { LiveBlock } from './live-block.ts'

/** What was seen of an algorithm while it carried a transfer. */
export interface Watched {
  result: TransferResult
  /** At the last sample. */
  entry: StructOpsEntry | undefined
  /** Of both hosts, the listening one among them. */
  sockets: number
}

/** How often the demo looks, ms. */
export const sampleMs = 250

const columns = [
  { title: 'TIME', width: 9 },
  { title: 'STATE', width: 9 },
  { title: 'REFCNT', width: 7 },
  { title: 'SOCKETS', width: 8 },
  { title: 'RATE', width: 12 },
  { title: 'RTT', width: 9 },
  { title: 'RUNS', width: 12 },
]

/** Shows an algorithm while it carries a transfer: a line a sample, below them its programs and how often they ran. */
export async function sendAndWatch(
  target: Target,
  { mapId }: Registration,
  transfer: Transfer,
  output: Output,
): Promise<Watched> {
  let last = { seconds: 0, bytes: 0 }
  let entry: StructOpsEntry | undefined
  let sockets = 0
  const block = new LiveBlock(process.stdout)
  output.print(output.style('dim', cells(columns.map(({ title }) => title))))
  for await (const sample of transfer.samples) {
    const seen = describeMap(target, mapId)
    if (seen === undefined) continue
    entry = seen
    sockets = countSockets(output).of(entry.name)
    const bytes = sample.flows.reduce((sum, flow) => sum + flow.bytesAcked, 0)
    const passed = sample.seconds - last.seconds
    // The last sample may come right after the one before it, and a rate over so short a time says nothing.
    if (passed < sampleMs / 2000) continue
    const rate = (8 * (bytes - last.bytes)) / passed
    last = { seconds: sample.seconds, bytes }
    if (!output.json) block.draw(line(entry, sockets, sample, rate), programRows(entry.members, output))
  }
  if (!output.json && entry !== undefined) block.end(programRows(entry.members, output))
  return { result: await transfer.result, entry, sockets }
}

function line(entry: StructOpsEntry, sockets: number, { seconds, flows }: TransferSample, rate: number): string {
  const rtt = flows.reduce((sum, flow) => sum + flow.info.tcpi_rtt, 0) / Math.max(flows.length, 1) / 1000
  const runs = entry.members.reduce((sum, member) => sum + member.runCount, 0n)
  return cells([
    `${seconds.toFixed(2)} s`,
    entry.state,
    `${entry.refcnt}`,
    `${sockets}`,
    bitRate(rate),
    milliseconds(rtt),
    grouped(runs),
  ])
}

/** Columns of a fixed width: the lines come one at a time. */
const cells = (texts: readonly string[]): string =>
  texts.map((text, column) => text.padStart(columns[column]?.width ?? 0)).join(' ')
