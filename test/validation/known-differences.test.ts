// gate: timeout 2400s
import * as assert from 'uvu/assert'
import type { ExperimentInput } from '../../src/experiment/index.ts'
import { compileFixture } from '../support/compile.ts'
import { machineLock } from '../support/machine-lock.ts'
import { needs, suite } from '../support/needs.ts'
import { type KnownDifference, knownDifferences } from './proofs/known-differences.ts'
import { runOnKernel } from './support/experiments.ts'

const test = suite('differences that are known', [needs.root, needs.structOps, needs.clang, needs.bbr])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  await lock?.[Symbol.asyncDispose]()
})

type Expected = Pick<KnownDifference, 'metric' | 'verdict' | 'from' | 'to'>

interface Known {
  what: string
  input: ExperimentInput
  expected: Expected[]
}

async function find({ what, input, expected }: Known): Promise<KnownDifference[]> {
  let disturbed = 0
  const compared = await runOnKernel({ blocks: 8, late: '5ms', ...input }, (_, { comparisons: [only] }) => only, (event) => {
    if (event.event === 'stored' && !event.result.valid) disturbed += 1
  })
  return expected.map(({ metric: name, from, to }) => {
    const metric = compared?.metrics.find((one) => one.name === name)
    const { estimate = Number.NaN, interval } = metric?.ratio ?? {}
    return {
      what, metric: name, blocks: compared?.blocks.length ?? 0, disturbed, verdict: metric?.verdict, from, to,
      ratio: estimate, low: interval?.low ?? Number.NaN, high: interval?.high ?? Number.NaN,
      baseline: metric?.baseline ?? Number.NaN, candidate: metric?.candidate ?? Number.NaN,
    }
  })
}

test('are found in 8 blocks, and what is equal is equal', async () => {
  const everything: Known[] = [
    {
      what: 'DCTCP, CUBIC: a step that marks',
      input: {
        name: 'dctcp-cubic',
        arms: { A: { cc: 'cubic' }, B: { cc: 'bpf_dctcp' } },
        path: { rate: '5mbit', rtt: '40ms', queue: { limit: '4bdp', ecn: { step: '10p' } } },
        workload: [{ bulk: { flows: 2, seconds: 5 } }],
      },
      expected: [
        { metric: 'rtt.p99', verdict: 'better', from: 0, to: 0.5 },
        { metric: 'goodput', verdict: undefined, from: 0.95, to: 1.05 },
      ],
    },
    {
      what: 'BBR, CUBIC: 1 % of loss',
      input: {
        name: 'bbr-cubic',
        arms: { A: { cc: 'cubic' }, B: { cc: 'bbr' } },
        path: { rate: '15mbit', rtt: '40ms', loss: '1%' },
        workload: [{ bulk: { seconds: 5 } }],
      },
      expected: [{ metric: 'goodput', verdict: 'better', from: 3, to: 10 }],
    },
    {
      what: 'Reno with half its growth, Reno: every 200th lost',
      input: {
        name: 'half-reno-reno',
        arms: { A: { cc: 'reno' }, B: { object: await compileFixture('half_reno') } },
        path: { rate: '15mbit', rtt: '40ms', loss: { every: 200 } },
        workload: [{ bulk: { seconds: 8 } }],
      },
      expected: [{ metric: 'goodput', verdict: 'worse', from: 0.65, to: 0.85 }],
    },
  ]
  const differences: KnownDifference[] = []
  for (const known of everything) differences.push(...(await find(known)))
  knownDifferences.record({ differences })
  const wanted = everything.flatMap(({ expected }) => expected)
  for (const [index, { what, metric, blocks, verdict, low, high, from, to }] of differences.entries()) {
    const said = `${what}: ${metric} ${verdict}, ${low} to ${high}`
    assert.is(blocks, 8, said)
    // Of what is equal within the interval both verdicts may be right.
    if (wanted[index]?.verdict !== undefined) assert.is(verdict, wanted[index].verdict, said)
    assert.ok(low >= from && high <= to, said)
  }
})

test.run()
