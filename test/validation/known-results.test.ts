// gate: timeout 3600s
import * as assert from 'uvu/assert'
import { type ExperimentInput, quantile, type StoredTrial } from '../../src/experiment/index.ts'
import { machineLock } from '../support/machine-lock.ts'
import { meanWindow } from '../support/mean-window.ts'
import { needs, suite } from '../support/needs.ts'
import { type KnownCycle, type KnownResult, knownResults } from './proofs/known-results.ts'
import { cubicCycles } from './support/cubic-cycles.ts'
import { runOnKernel } from './support/experiments.ts'

const test = suite('results that are known', [needs.root, needs.structOps])

let lock: AsyncDisposable | undefined
test.before(async () => {
  lock = await machineLock('experiment')
})
test.after(async () => {
  knownResults.record({ results, cycles })
  await lock?.[Symbol.asyncDispose]()
})

const results: KnownResult[] = []
const cycles: KnownCycle[] = []

/** Notes a result, and answers what is wrong with it. */
function note(result: KnownResult): string[] {
  results.push(result)
  const { what, cc, expected, measured, within } = result
  return Math.abs(measured - expected) <= within ? [] : [`${what}, ${cc}: ${measured}, not ${expected} ± ${within}`]
}

interface Seen {
  cc: string
  scenario: number
  trial: StoredTrial
}

/** The valid trials of an experiment, in the order of its scenarios and arms, as `look` sees them. */
const trialsOf = <Result>(input: ExperimentInput, look: (seen: Seen) => Result): Promise<Result[]> =>
  runOnKernel(
    { blocks: 1, late: '5ms', ...input },
    (store) => {
      const trials = [...store.trials()].toSorted((a, b) => a.trial.scenario - b.trial.scenario || (a.trial.arm ?? '').localeCompare(b.trial.arm ?? ''))
      assert.equal(trials.flatMap(({ reasons }) => reasons), [])
      return trials.map((trial) => look({ cc: input.arms[trial.trial.arm ?? '']?.cc ?? '', scenario: trial.trial.scenario, trial }))
    },
    () => undefined,
  )

const mss = 1448

test("Reno's window where every so-manieth packet is lost, and where chance loses them", async () => {
  const cases = [
    { what: 'every 100th lost', p: 1e-2, constant: Math.sqrt(1.5), path: { rtt: '40ms', loss: { every: 100 } }, flows: 1, seconds: 10 },
    { what: 'every 1,000th lost', p: 1e-3, constant: Math.sqrt(1.5), path: { rtt: '40ms', loss: { every: 1000 } }, flows: 1, seconds: 15 },
    { what: 'every 10,000th lost', p: 1e-4, constant: Math.sqrt(1.5), path: { rtt: '60ms', loss: { every: 10_000 } }, flows: 1, seconds: 35 },
    { what: '1 % lost by chance', p: 1e-2, constant: 1.31, path: { rtt: '40ms', loss: '1%' }, flows: 4, seconds: 25 },
    { what: '0.3 % lost by chance', p: 3e-3, constant: 1.31, path: { rtt: '40ms', loss: '0.3%' }, flows: 4, seconds: 25 },
  ]
  const input: ExperimentInput = {
    name: 'reno-window',
    arms: { A: { cc: 'reno' }, B: { cc: 'bpf_reno' } },
    scenarios: cases.map(({ what, path, flows, seconds }) => ({
      name: what.replaceAll(/[^\w .-]/g, ''), path: { rate: '40mbit', ...path }, workload: [{ bulk: { flows, seconds } }],
    })),
    sampling: { hz: 50 },
  }
  const wrong = await trialsOf(input, ({ cc, scenario, trial }) => {
    const known = cases[scenario]
    assert.ok(known)
    const { what, p, constant, seconds, flows } = known
    const windows = trial.flows.map((_, flow) => meanWindow(trial.samples, { flow, from: (seconds / 4) * 1e9, mss }))
    const mean = (of: 'window' | 'byRate'): number => windows.reduce((sum, one) => sum + one[of], 0) / windows.length
    const losses = windows.reduce((sum, one) => sum + one.losses, 0)
    const expected = constant / Math.sqrt(p)
    const byChance = flows === 1 ? 0 : 1.6 / Math.sqrt(losses)
    const within = expected * (0.05 + 1.5 / expected + byChance)
    // What the kernel says of itself, and what went through.
    const isSame = Math.abs(mean('byRate') / mean('window') - 1) < 0.05
    return [
      ...note({ what: `mean window, ${what}`, cc, expected, measured: mean('window'), within, of: losses }),
      ...(isSame ? [] : [`${what}, ${cc}: the window is ${mean('window')}, but by the rate ${mean('byRate')}`]),
    ]
  })
  assert.equal(wrong.flat(), [])
})

test("CUBIC's curve, K and mean window", async () => {
  const [p, rtt] = [1e-4, 0.1]
  const seconds = 60
  const input: ExperimentInput = {
    name: 'cubic-k',
    arms: { A: { cc: 'cubic' }, B: { cc: 'bpf_cubic' } },
    path: { rate: '40mbit', rtt: '100ms', queue: { limit: '200p' }, loss: { every: 1 / p } },
    workload: [{ bulk: { seconds } }],
    sampling: { hz: 50, acks: true },
  }
  const wrong = await trialsOf(input, ({ cc, trial }) => {
    const settled = 15e9
    assert.ok(trial.acks)
    const whole = cubicCycles(trial.acks.columns).filter(({ atNs }) => atNs > settled)
    const own = whole.map(({ before, flat, expected: wanted, measured, deviation }) => ({ cc, before, flat, expected: wanted, measured, deviation }))
    cycles.push(...own)
    assert.ok(own.length >= 5, `${own.length} cycles`)
    const { window } = meanWindow(trial.samples, { flow: 0, from: settled, mss })
    const [beta, growth] = [717 / 1024, 410 / 1024]
    const expected = ((growth * (3 + beta)) / (4 * (1 - beta))) ** 0.25 * (rtt / p) ** 0.75
    // A loss that comes when the curve is within a packet of its largest window, and so a round trip earlier, leaves that what it is.
    const k = (most: number): number => Math.cbrt((most * (1 - beta)) / growth)
    const [share, spare] = [(3 + beta) / 4, Math.cbrt(1 / growth) + rtt]
    const settles = (most: number): boolean => most * (k(most) - spare) > (expected / share) * k(expected / share)
    let most = expected / share
    while (!settles(most)) most += 1
    const within = most * share - expected
    return [
      ...own.filter(({ expected: wanted, measured }) => Math.abs(measured / wanted - 1) > 0.05).map((one) => `${cc}: K is ${one.measured}, not ${one.expected}`),
      ...own.filter(({ deviation }) => deviation > 3).map(({ deviation }) => `${cc}: ${deviation} packets from the curve`),
      ...note({ what: 'mean window, every 10,000th lost, 100 ms', cc, expected, measured: window, within, of: own.length }),
    ]
  })
  assert.equal(wrong.flat(), [])
})

test("DCTCP's queue, and how flows share it", async () => {
  const step = 20
  const counts = [2, 5, 10]
  const input: ExperimentInput = {
    name: 'dctcp-queue',
    arms: { A: { cc: 'bpf_dctcp' }, B: { cc: 'bpf_dctcp' } },
    scenarios: counts.map((flows) => ({ name: `${flows} flows`, workload: [{ bulk: { flows, seconds: 8 } }] })),
    path: { rate: '20mbit', rtt: '20ms', queue: { limit: '500p', ecn: { step: `${step}p` } } },
    // Packets that are late come to the queue as one heap: 1 ms is 1.7 of them.
    late: '1ms',
  }
  const wrong = await trialsOf(input, ({ cc, scenario, trial }) => {
    const flows = counts[scenario] ?? 0
    const { timeNs, packets } = trial.queue
    // Slow start is over, and nobody has ended yet. A row is 10 ms, a third of a round trip, and has the longest queue of it.
    const peaks = packets.filter((_, row) => (timeNs[row] ?? 0) > 2e9 && (timeNs[row] ?? 0) < 7.5e9)
    const jain = trial.metrics.find(({ metric }) => metric === 'jain')?.value ?? Number.NaN
    return [
      ...note({ what: `peak of the queue, ${flows} flows`, cc, expected: step + flows, measured: quantile([...peaks], 0.95), within: 1 + flows / 2, of: peaks.length }),
      ...note({ what: `Jain’s index, ${flows} flows`, cc, expected: 0.99, measured: jain, within: 0.03, of: flows }),
    ]
  })
  assert.equal(wrong.flat(), [])
})

test.run()
