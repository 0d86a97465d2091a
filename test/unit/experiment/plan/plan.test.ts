import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { duration, experimentOf, type ExperimentInput, planTrials, trialFlows } from '../../../../src/experiment/index.ts'

const test = suite('the plan of an experiment')

const input: ExperimentInput = {
  name: 'x',
  arms: { A: { cc: 'reno' }, B: { cc: 'cubic' } },
  path: { rate: ['10mbit', '20mbit'], rtt: '10ms' },
  workload: [{ bulk: { flows: 4, seconds: 3 } }, { bulk: { seconds: 1 }, cc: 'bbr' }, { bulk: { seconds: 1 }, arm: 'B' }],
  blocks: 50,
  designs: ['alone', 'mixed'],
}
const spec = experimentOf(input)
const trials = planTrials(spec)

test('each block has each scenario, design and arm once, under one seed a scenario', () => {
  assert.is(trials.length, 50 * 2 * 3)
  assert.equal(trials.map(({ index }) => index), [...trials.keys()])
  const seeds = new Set<number>()
  for (let block = 0; block < 50; block += 1) {
    const own = trials.slice(block * 6, block * 6 + 6)
    assert.ok(own.every((trial) => trial.block === block))
    const words = own.map(({ scenario, design, arm }) => `${scenario} ${design} ${arm ?? ''}`).toSorted()
    assert.equal(words, ['0 alone A', '0 alone B', '0 mixed ', '1 alone A', '1 alone B', '1 mixed '])
    for (const scenario of [0, 1]) {
      const ofScenario = new Set(own.filter((trial) => trial.scenario === scenario).map(({ seed }) => seed))
      assert.is(ofScenario.size, 1)
      for (const seed of ofScenario) seeds.add(seed)
    }
  }
  assert.is(seeds.size, 100, 'and no two have the same')
})

test('the order within a block is random, and the same for the same seed', () => {
  assert.equal(planTrials(spec), trials)
  assert.not.equal(planTrials({ ...spec, seed: 2 }), trials)
  const place = (block: number): number => trials.slice(block * 6, block * 6 + 6).findIndex(({ scenario, design, arm }) => scenario === 0 && design === 'alone' && arm === 'A')
  const places = Array.from({ length: 50 }, (_, block) => place(block))
  // Of 50 blocks each place has 8.3 in the mean, and 2 or more for this seed.
  for (let at = 0; at < 6; at += 1) assert.ok(places.filter((one) => one === at).length >= 2, `${at}`)
})

test('every second block is the one before it backwards, so that each arm comes first as often', () => {
  const orderOf = (block: number) => trials.slice(block * 6, block * 6 + 6).map(({ scenario, design, arm }) => `${scenario} ${design} ${arm ?? ''}`)
  for (let block = 0; block < 50; block += 2) assert.equal(orderOf(block + 1), orderOf(block).toReversed())
})

test('alone an arm has all flows but those of others, mixed they have turns, and the background is always there', () => {
  const flowsOf = (design: 'alone' | 'mixed', arm?: string, block = 0) =>
    trialFlows(spec, { index: 0, scenario: 0, design, block, seed: 1, ...(arm === undefined ? {} : { arm }) })
      .map((flow) => `${flow.workload}.${flow.flow} ${flow.arm ?? flow.cc ?? ''}`)
      .toSorted()
  assert.equal(flowsOf('alone', 'A'), ['0.0 A', '0.1 A', '0.2 A', '0.3 A', '1.0 bbr'])
  assert.equal(flowsOf('alone', 'B'), ['0.0 B', '0.1 B', '0.2 B', '0.3 B', '1.0 bbr', '2.0 B'])
  assert.equal(flowsOf('mixed'), ['0.0 A', '0.1 B', '0.2 A', '0.3 B', '1.0 bbr', '2.0 B'])
  assert.equal(flowsOf('mixed', undefined, 1), ['0.0 B', '0.1 A', '0.2 B', '0.3 A', '1.0 bbr', '2.0 B'])
})

test('how long it takes is at least what its traffic does', () => {
  assert.ok(duration(spec, trials) > trials.length * 3e9)
  assert.ok(duration(spec, trials.slice(0, 6)) < duration(spec, trials))
  assert.is(duration(spec, []), 0)
})

test.run()
