import type { Target } from '../../src/loader/index.ts'
import { countTcpSocketsEverywhere } from '../../src/sockets/index.ts'
import { describeMap, type Registration, type StructOpsEntry } from '../../src/structops/index.ts'
import type { Transfer, TransferResult, TransferSample } from '../../src/testbed/index.ts'
import type { Output } from '../output.ts'
import { programRows } from '../program-rows.ts'
import { bitRate, milliseconds } from '../units.ts'
import { LiveBlock } from './live-block.ts'

/** Shows an algorithm while it carries a transfer: a line a sample, and below them its programs and how often they ran. */
export async function sendAndWatch(
  target: Target,
  registration: Registration,
  transfer: Transfer,
  output: Output,
): Promise<TransferResult> {
  let last: { seconds: number; bytes: number } = { seconds: 0, bytes: 0 }
  let programs = ''
  const block = new LiveBlock(process.stdout)
  for await (const sample of transfer.samples) {
    const entry = describeMap(target, registration.mapId)
    if (entry === undefined) continue
    const bytes = sample.flows.reduce((sum, flow) => sum + flow.bytesAcked, 0)
    const rate = (8 * (bytes - last.bytes)) / Math.max(sample.seconds - last.seconds, 1e-3)
    last = { seconds: sample.seconds, bytes }
    programs = programRows(entry.members, output)
    if (!output.json) block.draw(line(entry, sample, rate), programs)
  }
  if (!output.json) block.end(programs)
  return await transfer.result
}

function line(entry: StructOpsEntry, { seconds, flows }: TransferSample, rate: number): string {
  const rtt = flows.reduce((sum, flow) => sum + flow.info.tcpi_rtt, 0) / Math.max(flows.length, 1) / 1000
  const runs = entry.members.reduce((sum, member) => sum + member.runCount, 0n)
  return [
    `${seconds.toFixed(2)} s`.padStart(8),
    entry.state.padEnd(8),
    `refcnt ${entry.refcnt}`.padEnd(9),
    `sockets ${socketsOf(entry)}`.padEnd(10),
    bitRate(rate).padStart(11),
    `rtt ${milliseconds(rtt)}`.padStart(13),
    `${runs.toLocaleString('en')} program runs`,
  ].join('  ')
}

/** Of both hosts, the listening socket among them. */
function socketsOf({ name }: StructOpsEntry): number {
  if (name === null) return 0
  return countTcpSocketsEverywhere().namespaces.reduce((sum, { value }) => sum + (value.get(name) ?? 0), 0)
}
