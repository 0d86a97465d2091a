import type { TransferResult } from '../../src/testbed/index.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'
import { bitRate, byteCount, milliseconds } from '../output/units.ts'

/** Goodput and RTT of each algorithm, a line each. */
export function resultTable(results: readonly { name: string; result: TransferResult }[], output: Output): string {
  const header = ['ALGORITHM', 'FLOWS', 'SENT', 'GOODPUT', 'RTT MEAN', 'RTT P99', 'RETRANS', 'ECN']
  const rows = results.map(({ name, result: { flows, bytes, goodput } }) => {
    const mean = flows.reduce((sum, flow) => sum + (flow.rtt?.mean ?? 0), 0) / Math.max(flows.length, 1)
    const worst = Math.max(0, ...flows.map((flow) => flow.rtt?.p99 ?? 0))
    const retransmits = flows.reduce((sum, flow) => sum + flow.retransmits, 0)
    return [
      name,
      `${flows.length}`,
      byteCount(bytes),
      bitRate(goodput),
      milliseconds(mean / 1000),
      milliseconds(worst / 1000),
      `${retransmits}`,
      flows.every((flow) => flow.ecn) ? 'yes' : 'no',
    ]
  })
  return table([header.map((cell) => output.style('dim', cell)), ...rows], [1, 2, 3, 4, 5, 6])
}
