import type { Verdict } from '../../../src/experiment/index.ts'
import { Proof, table } from '../support/proof.ts'

/** A metric of an implementation of the kernel and of ours. */
export interface AlikeMetricOfTwo {
  pair: string
  scenario: string
  metric: string
  verdict: Verdict
  /** By how much the interval of 95 % says that ours is more, at least and at most: shares, or the metric's own unit where arms differ by an amount. */
  low: number
  high: number
  isNegligible: boolean
}

export interface ImplementationFigures {
  blocks: number
  metrics: AlikeMetricOfTwo[]
}

const points = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(2)} %`

export const implementations = new Proof<ImplementationFigures>({
  name: 'implementations',
  title: 'The same algorithm, written twice',
  how: `The kernel's CUBIC and Reno against \`bpf_cubic\` and \`bpf_reno\`, which share no line with them. Not to be told apart is: no metric
is "better" or "worse", or it is by less than its margin, so that nobody would care. CUBIC has 40 flows on a path of
400 ms that loses 1 packet of 500 by chance, Reno a path with a queue that two flows fill again and again, and one that loses every 200th packet. Elsewhere
the two CUBICs do differ, as the documents do that they follow: \`bpf_cubic\` is RFC 9438 with HyStart++ (RFC 9406), and the kernel's leaves slow
start earlier, by the length of a train of ACKs; and where CUBIC is hardly faster than Reno, with a window of some 20 packets, theirs was up to a tenth ahead.
What only one of the two has, the time in BPF programs, is left out. \`window\` is the mean of all flows
after two fifths of the time: the rest has slow start in it, where one loss that comes late by chance is worth many that follow.`,
  found: ({ blocks, metrics }) =>
    [
      `${blocks} blocks each. The interval is of ours less the kernel's.`,
      table([
        ['pair', 'path', 'metric', 'verdict', 'interval of 95 %', 'within the margin'],
        ...metrics.map(({ pair, scenario, metric, verdict, low, high, isNegligible }) => [
          pair, scenario, `\`${metric}\``, verdict, `${points(low)} to ${points(high)}`, isNegligible ? 'yes' : 'not sure',
        ]),
      ]),
    ].join('\n\n'),
})
