// gate: timeout 3600s
import * as assert from 'uvu/assert'
import { compareArms, type Comparison, type ExperimentInput, type ExperimentResult, type ExperimentStore } from '../../src/experiment/index.ts'
import { machineLock } from '../support/machine-lock.ts'
import { needs, suite } from '../support/needs.ts'
import { type AlikeMetricOfTwo, implementations } from './proofs/implementations.ts'
import { runOnKernel } from './support/experiments.ts'

const test = suite('the same algorithm, written twice', [needs.root, needs.structOps])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

const blocks = 8

/**
 * On CUBIC's path the two have to do the same: chance ends slow start before the kernel's HyStart would, by the length of
 * a train of ACKs, which RFC 9406 has given up; the round trip is so long that CUBIC's curve and not its estimate of Reno
 * says how the window grows; and the flows are so many that it does not matter where in it each loses a packet.
 */
const inputs: ExperimentInput[] = [
  {
    name: 'cubic',
    arms: { A: { cc: 'cubic' }, B: { cc: 'bpf_cubic' } },
    scenarios: [{ name: '1 of 500 lost by chance', path: { rate: '500mbit', rtt: '400ms', loss: '0.2%' }, workload: [{ bulk: { flows: 40, seconds: 24 } }] }],
  },
  {
    name: 'reno',
    arms: { A: { cc: 'reno' }, B: { cc: 'bpf_reno' } },
    scenarios: [
      { name: 'a queue that fills', path: { rate: '10mbit', rtt: '40ms', queue: { limit: '1bdp' } }, workload: [{ bulk: { flows: 2, seconds: 5 } }] },
      { name: 'every 200th lost', path: { rate: '15mbit', rtt: '40ms', loss: { every: 200 } }, workload: [{ bulk: { seconds: 5 } }] },
    ],
  },
]

/** The mean window of all flows from a time on at which slow start, in which chance has its largest part, is long over. */
function settledWindow(store: ExperimentStore, scenario: number): Comparison[] {
  const trials = [...store.trials()].filter(({ trial, valid }) => valid && trial.scenario === scenario).toSorted((a, b) => a.trial.block - b.trial.block)
  const windows = (arm: string): number[] =>
    trials
      .filter(({ trial }) => trial.arm === arm)
      .map(({ samples: { timeNs, cwnd } }) => {
        const last = timeNs.at(-1) ?? 0
        const settled = [...cwnd].filter((_, row) => (timeNs[row] ?? 0) > 0.4 * last)
        return settled.reduce((sum, packets) => sum + packets, 0) / settled.length
      })
  return compareArms([{ name: 'window', baseline: windows('A'), candidate: windows('B'), better: 'higher', scale: 'ratio', margin: 0.05 }], { seed: 1 })
}

test('is not told apart in 8 blocks', async () => {
  const metrics: AlikeMetricOfTwo[] = []
  for (const input of inputs) {
    const look = (store: ExperimentStore, { comparisons }: ExperimentResult) =>
      comparisons.map(({ scenario, blocks: compared, metrics: found }) => ({ scenario, compared, found: [...found, ...settledWindow(store, scenario)] }))
    for (const { scenario, compared, found } of await runOnKernel({ blocks, late: '5ms', ...input }, look, () => undefined)) {
      assert.is(compared.length, blocks, `${input.name}, ${scenario}: too many trials were disturbed`)
      for (const { name, verdict, scale, ratio, difference, isNegligible } of found) {
        // Times of a queue that is mostly empty are told by their amounts, which nobody has put a margin to.
        if (verdict === undefined || isNegligible === undefined) continue
        const { interval } = scale === 'ratio' && ratio !== undefined ? ratio : difference
        const [low, high] = [interval?.low ?? Number.NaN, interval?.high ?? Number.NaN].map((value) => (scale === 'ratio' ? value - 1 : value))
        metrics.push({ pair: input.name, scenario: input.scenarios?.[scenario]?.name ?? '', metric: name, verdict, low: low ?? Number.NaN, high: high ?? Number.NaN, isNegligible })
      }
    }
  }
  implementations.record({ blocks, metrics })
  const told = metrics.filter(({ verdict, isNegligible }) => verdict !== 'inconclusive' && !isNegligible)
  assert.equal(told, [])
})

test.run()
