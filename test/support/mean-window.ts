import type { SampleColumns } from '../../src/experiment/index.ts'

/** The window of one flow over whole cycles, from a loss to a loss. */
export interface MeanWindow {
  /** Of `tcpi_snd_cwnd` over time, packets. */
  window: number
  /** The same by Little's law: packets acknowledged in a second, times the round trip. */
  byRate: number
  losses: number
}

/** From a flow's first loss after `from`, ns, to the last one; a packet has `mss` bytes. */
export function meanWindow(samples: SampleColumns, { flow, from, mss }: { flow: number; from: number; mss: number }): MeanWindow {
  const rowsOfFlow = [...samples.flow.keys()].filter((row) => samples.flow[row] === flow)
  const own = (column: ArrayLike<number>): number[] => rowsOfFlow.map((row) => column[row] ?? 0)
  const [timeNs, cwnd, srttUs, bytesAcked, retransmits] = [own(samples.timeNs), own(samples.cwnd), own(samples.srttUs), own(samples.bytesAcked), own(samples.retransmits)]
  const isLoss = (row: number): boolean => row > 0 && (retransmits[row] ?? 0) > (retransmits[row - 1] ?? 0)
  const rows = [...timeNs.keys()]
  const first = rows.find((row) => isLoss(row) && (timeNs[row] ?? 0) > from) ?? 0
  const last = rows.findLast(isLoss) ?? 0
  const [sums, time] = [{ window: 0, rtt: 0 }, (timeNs[last] ?? 0) - (timeNs[first] ?? 0)]
  for (let row = first; row < last; row += 1) {
    const step = (timeNs[row + 1] ?? 0) - (timeNs[row] ?? 0)
    sums.window += (step * (cwnd[row] ?? 0)) / time
    sums.rtt += (step * (srttUs[row] ?? 0) * 1000) / time
  }
  const packets = ((bytesAcked[last] ?? 0) - (bytesAcked[first] ?? 0)) / mss
  return { window: sums.window, byRate: (packets / time) * sums.rtt, losses: (retransmits[last] ?? 0) - (retransmits[first] ?? 0) }
}
