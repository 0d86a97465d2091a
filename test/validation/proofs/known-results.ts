import { Proof, table } from '../support/proof.ts'

/** A figure of which somebody has said what it is. */
export interface KnownResult {
  what: string
  /** The algorithm. */
  cc: string
  expected: number
  measured: number
  /** How far the two may be apart, in the figure's unit. */
  within: number
  /** Losses, cycles or moments that it is made of. */
  of: number
}

/** A cycle of CUBIC: windows in packets, times in s. */
export interface KnownCycle {
  cc: string
  before: number
  flat: number
  expected: number
  measured: number
  deviation: number
}

export interface KnownResultFigures {
  results: KnownResult[]
  cycles: KnownCycle[]
}

const number = (value: number): string => `${Number(value.toPrecision(3))}`
const off = (one: number, other: number): string => `${one < other ? '−' : '+'}${Math.abs((one / other - 1) * 100).toFixed(1)} %`

export const knownResults = new Proof<KnownResultFigures>({
  name: 'known-results',
  title: 'Results that are known',
  how: `What others have derived of an algorithm's window, and said before there was this program, against what trials store of it:

- **Reno**, where every 1/p-th packet is lost: a mean window of √(3/2)/√p (Mathis et al., CCR 1997); where each is lost with the chance p,
  1.31/√p (Ott, Kemperman and Mathis, 1996). A cycle has half as many round trips as its largest window has packets, 2/3 of the mean, and the formula knows
  neither of the one that is recovery nor that packets are whole: one round trip of a cycle is the tolerance, 1.5/W, and 5 %. Chance adds 2 standard
  errors of 0.8/√losses.
- **CUBIC** (RFC 9438) as Linux has it, β = 717/1024 and C = 410/1024: each cycle that a loss begins and another ends, from 15 s on. The window
  has to be on W_flat + C(t − K)³ within 3 packets, all the time, and the K whose curve is the nearest to it within 5 % of ∛((W_flat − W)/C), with W where the cycle
  begins: so it is back at W_max after ∛(W_max(1 − β)/C). Fast convergence has the curve flat at W_max(1 + β)/2 instead where a loss came before
  W_max was reached again. RFC 9438's mean window for periodic losses is ∜(C(3+β)/(4(1−β))) (RTT/p)^0.75; its W_max is where a cycle lasts for K, but around K the curve is within a packet of W_max for ∛(1/C)
  = 1.36 s either way, and losses there leave W_max what it is; the kernel also looks a round trip ahead. The tolerance is the largest window that a cycle so much
  shorter than K holds up.
- **DCTCP** (Alizadeh et al., SIGCOMM 2010), N flows, a queue that marks above K = 20 packets: it peaks at K + N, and flows have the same, Jain's index 0.99, of which 8 s with their beginning may leave 0.96. The peak is what
  95 of 100 times of 10 ms stay below; half of the flows may have a second packet there, as an ACK is for two, and one packet is rounding.`,
  found: ({ results, cycles }) =>
    [
      table([
        ['what', 'algorithm', 'expected', 'measured', 'difference', 'tolerance', 'of'],
        ...results.map(({ what, cc, expected, measured, within, of }) => [
          what, `\`${cc}\``, number(expected), number(measured), off(measured, expected), `± ${number(within)}`, of,
        ]),
      ]),
      'CUBIC, cycle by cycle:',
      table([
        ['algorithm', 'window before the loss', 'flat at', 'K', 'measured', 'difference', 'farthest from the curve, packets'],
        ...cycles.map(({ cc, before, flat, expected, measured, deviation }) => [
          `\`${cc}\``, before, flat, `${expected.toFixed(2)} s`, `${measured.toFixed(2)} s`, off(measured, expected), deviation.toFixed(1),
        ]),
      ]),
    ].join('\n\n'),
})
