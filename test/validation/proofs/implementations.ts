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
is "better" or "worse", or it is by less than its margin, so that nobody would care. One path of Reno has
a queue that both fill again and again; on the others packets are lost at fixed distances, of CUBIC on a path of 200 ms. The first loss there ends slow
start before the kernel's HyStart does: on longer trains of ACKs that leaves slow start earlier than HyStart++ (RFC 9406) of \`bpf_cubic\` does, and the two
are told apart by it. What only one of the two has, the time in BPF programs, is left out.`,
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
