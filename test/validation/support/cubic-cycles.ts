import type { AckColumns } from '../../../src/experiment/index.ts'

// ABI: net/ipv4/tcp_cubic.c has both in 1/1024.
const beta = 717 / 1024
const growth = 410 / 1024
// ABI: TCP_CA_Recovery, linux/tcp.h.
const recovery = 3

/** What CUBIC did after a loss, until the next one. */
export interface CubicCycle {
  /** When recovery was over, ns. */
  atNs: number
  /** The window before the loss, and where RFC 9438 has it flat: the same, or less by fast convergence. */
  before: number
  flat: number
  /** ∛((flat − beginning) / C), s. */
  expected: number
  /** The K whose curve is the nearest to the windows at all ACKs, by least squares, to 10 ms. */
  measured: number
  /** How far the window was from flat + C(t − K)³ at most, packets. */
  deviation: number
}

/** The cycles of a trial's only flow that another loss ended, from its ACKs. */
export function cubicCycles({ timeNs, cwnd, caState }: AckColumns): CubicCycle[] {
  const rows = [...timeNs.keys()].slice(1)
  const isRecovering = (row: number): boolean => (caState[row] ?? 0) >= recovery
  const losses = rows.filter((row) => isRecovering(row) && !isRecovering(row - 1))
  let flat = 0
  return losses.slice(0, -1).map((loss, number) => {
    const before = cwnd[loss - 1] ?? 0
    flat = before < flat ? Math.floor((before * (1 + beta)) / 2) : before
    const cycle = rows.filter((row) => row > loss && row < (losses[number + 1] ?? Infinity) && !isRecovering(row))
    const begin = cycle[0] ?? loss
    const [atNs, low] = [timeNs[begin] ?? 0, cwnd[begin] ?? 0]
    const expected = Math.cbrt((flat - low) / growth)
    // Packets that the window has more than the curve, at each ACK.
    const beside = (k: number): number[] => cycle.map((row) => (cwnd[row] ?? 0) - flat - growth * (((timeNs[row] ?? 0) - atNs) / 1e9 - k) ** 3)
    const deviation = beside(expected).reduce((most, packets) => Math.max(most, Math.abs(packets)), 0)
    return { atNs, before, flat, expected, measured: fitted(beside, expected), deviation }
  })
}

/** The K of the least squares, from half of what is expected to twice that. */
function fitted(beside: (k: number) => number[], expected: number): number {
  const candidates = Array.from({ length: Math.ceil(150 * expected) }, (_, index) => expected / 2 + index / 100)
  const squares = candidates.map((k) => beside(k).reduce((sum, packets) => sum + packets ** 2, 0))
  return candidates[squares.indexOf(Math.min(...squares))] ?? Number.NaN
}
