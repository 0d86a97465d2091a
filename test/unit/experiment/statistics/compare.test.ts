import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { compareArms, furtherBlocks, type Metric } from '../../../../src/experiment/index.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { eightMetrics, verdicts } from '../../../support/simulated-blocks.ts'

const test = suite('comparing arms')
const options = { seed: 1, resamples: 1000 }
const isDecided = ({ verdict }: { verdict: string | undefined }): boolean => verdict === 'better' || verdict === 'worse'

const goodput: Metric = {
  name: 'goodput',
  better: 'higher',
  scale: 'ratio',
  baseline: [91, 88, 93, 90, 85, 94, 89, 92],
  candidate: [101, 99, 105, 97, 95, 103, 100, 102],
}
const delay: Metric = { ...goodput, name: 'delay', better: 'lower' }
const marks: Metric = {
  name: 'marks',
  scale: 'difference',
  baseline: [0, 3, 1, 0, 2, 4, 1, 0],
  candidate: [7, 9, 12, 6, 8, 9, 11, 7],
}

test('higher is better, or worse, or neither', () => {
  const [first, second, third] = compareArms([goodput, delay, marks], options)
  assert.is(first?.verdict, 'better')
  assert.is(second?.verdict, 'worse')
  assert.is(third?.verdict, undefined)
  assert.is(third?.ratio, undefined)
  assert.ok(first?.ratio && Math.abs(first.ratio.estimate - 1.1117) < 0.003 && (first.ratio.interval?.low ?? 0) > 1.09)
  assert.equal([first?.blocks, first?.higherIn, first?.lowerIn, first?.test.p, first?.cliffsDelta], [8, 8, 0, 2 / 256, 1])
  assert.is(first?.further, undefined)
})

test('the same arm twice is inconclusive, and no number of blocks would settle it', () => {
  const [same] = compareArms([{ ...goodput, candidate: goodput.baseline }], options)
  assert.is(same?.verdict, 'inconclusive')
  assert.is(same?.ratio?.estimate, 1)
  assert.equal(same?.further, { likely: 1000, careful: 1000 })
})

test('a margin says what does not matter', () => {
  const near = (margin: number) => compareArms([{ ...goodput, margin }], options)[0]?.isNegligible
  assert.equal([near(0.05), near(0.2)], [false, true])
  assert.is(compareArms([goodput], options)[0]?.isNegligible, undefined)
})

test('too few blocks are inconclusive, and the hint leads to enough', () => {
  const some = { ...goodput, baseline: goodput.baseline.slice(0, 3), candidate: goodput.candidate.slice(0, 3) }
  const [early] = compareArms([some], options)
  assert.is(early?.verdict, 'inconclusive')
  assert.is(early?.difference.interval, undefined)
  assert.ok(early?.further && early.further.likely >= 3 && early.further.careful >= early.further.likely)
})

test('a figure of 0 is judged by its amount, and without the margin of a factor', () => {
  const [compared] = compareArms([{ ...marks, better: 'lower', scale: 'ratio', margin: 0.1 }], options)
  assert.equal([compared?.scale, compared?.verdict, compared?.isNegligible], ['difference', 'worse', undefined])
})

test('more looks ask for more', () => {
  const six = { ...goodput, baseline: goodput.baseline.slice(0, 6), candidate: goodput.candidate.slice(0, 6) }
  const verdictOf = (looks: number) => compareArms([six], { ...options, looks })[0]?.verdict
  assert.equal([verdictOf(1), verdictOf(2)], ['better', 'inconclusive'])
})

test('swapped arms swap the verdicts', () => {
  const mirrored = { better: 'worse', worse: 'better', inconclusive: 'inconclusive' } as const
  const random = new Random(5, 'swapped')
  for (let experiment = 0; experiment < 20; experiment += 1) {
    const metrics = eightMetrics(random, 8, { effect: 2, differing: 4 })
    const swapped = metrics.map((metric) => ({ ...metric, baseline: metric.candidate, candidate: metric.baseline }))
    const expected = compareArms(metrics, options).map(({ verdict }) => verdict && mirrored[verdict])
    assert.equal(compareArms(swapped, options).map(({ verdict }) => verdict), expected)
  }
})

test('metrics of other blocks are refused', () => {
  const shorter = { ...delay, baseline: [1, 2], candidate: [2, 3] }
  assert.throws(() => compareArms([goodput, shorter], options), (error: unknown) => error instanceof UsageError)
  assert.equal(compareArms([], options), [])
})

test('blocks to come: as the t test has it', () => {
  // R 4.2.2: power.t.test(delta=1, sd=s, power=0.8, type="one.sample")$n is 49.05 for s = sd(1:8), and 88.18 for
  // s * sqrt(7/qchisq(0.2, 7)).
  const differences = [1, 2, 3, 4, 5, 6, 7, 8]
  assert.is(furtherBlocks(differences, 1, 0.05).likely, 50 - 8)
  assert.ok(Math.abs(furtherBlocks(differences, 1, 0.05).careful - (89 - 8)) <= 1)
  assert.equal(furtherBlocks(differences, 0, 0.05), { likely: 1000, careful: 1000 })
  assert.equal(furtherBlocks([5], 1, 0.05).careful, 1000)
})

// docs/statistics.md has the figures of more experiments: node scripts/simulate-statistics.ts
test('arms that do not differ: any verdict among eight metrics comes up in 5 % of experiments, not more', () => {
  const all = [...verdicts({ blocks: 8, experiments: 600, resamples: 100 })]
  const share = all.filter((some) => some.some(isDecided)).length / all.length
  // 5 % and three deviations of 600 experiments; a rule without adjustment has about 25 %.
  assert.ok(share > 0.01 && share < 0.05 + 0.027, `${share}`)
  const alone = all.filter((some) => some.some(({ test: { p } }) => p <= 0.05)).length / all.length
  assert.ok(alone > 0.15, `${alone}`)
})

test('a clear difference in one of eight metrics is found in 8 blocks', () => {
  const all = [...verdicts({ blocks: 8, experiments: 100, resamples: 100 }, { effect: 5, differing: 1 })]
  const found = all.filter(([first]) => first?.verdict === 'better').length
  assert.ok(found >= 97, `${found}`)
})

test.run()
