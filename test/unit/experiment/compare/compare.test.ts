import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareTrials, experimentOf, type MetricDefinition, type PlacedFigure } from '../../../../src/experiment/index.ts'

const test = suite('comparing trials')

const metrics: MetricDefinition[] = [
  { name: 'goodput', unit: 'bit/s', better: 'higher', scale: 'ratio' },
  { name: 'rtt.p99', unit: 'ms', better: 'lower', scale: 'ratio' },
  { name: 'odd', unit: '', scale: 'difference' },
]
const spec = experimentOf({
  name: 'x',
  arms: { A: { cc: 'reno' }, B: { cc: 'cubic' } },
  path: { rate: ['10mbit', '20mbit'], rtt: '10ms' },
  workload: [{ bulk: { flows: 2, seconds: 3 } }],
  blocks: 8,
  designs: ['alone', 'mixed'],
  gates: ['B.rtt.p99 < 0.5 * A.rtt.p99', { expect: 'B.goodput > 0.95 * A.goodput', scenarios: ['rate=20mbit'] }, { expect: 'B.goodput > 0.95 * A.goodput', design: 'mixed' }],
})

/** Eight blocks of one scenario and design: B has the goodput of A, and a third of its delay. */
function figures(scenario: number, design: 'alone' | 'mixed', blocks = 8): PlacedFigure[] {
  return Array.from({ length: blocks }, (_, block) => block).flatMap((block) => {
    const [noise, other] = [1 + 0.01 * ((block * 37) % 8), 1 + 0.01 * ((block * 29 + 3) % 8)]
    const at = { scenario, design, block }
    return [
      { ...at, arm: 'A', metric: 'goodput', value: 100 * noise },
      { ...at, arm: 'B', metric: 'goodput', value: 100 * other },
      { ...at, arm: 'A', metric: 'rtt.p99', value: 30 * noise },
      { ...at, arm: 'B', metric: 'rtt.p99', value: 10 * other },
      { ...at, arm: '', metric: 'queue', value: 1 },
    ]
  })
}

test('a verdict for each metric, in each scenario and design by itself', () => {
  const { comparisons } = compareTrials(spec, [...figures(0, 'alone'), ...figures(1, 'mixed', 3)], metrics)
  assert.is(comparisons.length, 4)
  const [alone, mixedNothing, , mixed] = comparisons
  assert.equal(alone?.metrics.map(({ name, verdict }) => [name, verdict]), [['goodput', 'inconclusive'], ['rtt.p99', 'better']])
  const rtt = alone?.metrics[1]
  assert.ok(rtt !== undefined && rtt.baseline > 30 && rtt.candidate < 11)
  const interval = rtt?.ratio?.interval
  assert.ok(interval !== undefined && interval.low > 0.3 && interval.high < 0.37)
  assert.equal([alone?.blocks.length, mixedNothing?.blocks.length, mixed?.blocks.length], [8, 0, 3])
  assert.equal(mixedNothing?.metrics, [])
  assert.equal(mixed?.metrics.map(({ verdict }) => verdict), ['inconclusive', 'inconclusive'], 'three blocks say nothing')
})

test('a block in which one arm has no valid trial is left out, and a metric that is missing in some blocks too', () => {
  const all = figures(0, 'alone')
  const withoutOne = all.filter(({ block, arm }) => block !== 5 || arm !== 'B')
  const odd = [0, 1, 2].flatMap((block) =>
    ['A', 'B'].map((arm) => ({ scenario: 0, design: 'alone' as const, block, arm, metric: 'odd', value: block === 2 ? Number.NaN : 1 })),
  )
  const [compared] = compareTrials(spec, [...withoutOne, ...odd], metrics).comparisons
  assert.equal(compared?.blocks, [0, 1, 2, 3, 4, 6, 7])
  assert.equal(compared?.incomplete, ['odd'])
  assert.equal(compared?.metrics.map(({ blocks }) => blocks), [7, 7])
})

test('gates are judged where they belong, and none passes without a figure', () => {
  const { gates } = compareTrials(spec, [...figures(0, 'alone'), ...figures(1, 'alone'), ...figures(0, 'mixed')], metrics)
  assert.equal(gates.map(({ scenario, design, passed, sure, blocks, holdsIn }) => [scenario, design, passed, sure, blocks, holdsIn]), [
    [0, 'alone', true, true, 8, 8],
    [1, 'alone', true, true, 8, 8],
    [1, 'alone', true, true, 8, gates[2]?.holdsIn],
    [0, 'mixed', true, true, 8, gates[3]?.holdsIn],
    [1, 'mixed', false, false, 0, 0],
  ])
  assert.ok((gates[2]?.holdsIn ?? 0) >= 6)
  const [failing] = compareTrials(spec, figures(0, 'alone').map((figure) => (figure.arm === 'B' ? { ...figure, value: figure.value * 4 } : figure)), metrics).gates
  assert.equal([failing?.passed, failing?.sure, failing?.holdsIn], [false, true, 0])
  assert.equal(Object.keys(failing?.figures ?? {}), ['B.rtt.p99', 'A.rtt.p99'])
})

test.run()
