import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  cdf,
  cliffsDelta,
  heldFor,
  holm,
  jainIndex,
  mean,
  median,
  medianAbsoluteDeviation,
  quantile,
  standardDeviation,
  weightedQuantile,
} from '../../../../src/experiment/index.ts'
import { alike } from './support/alike.ts'

const test = suite('describing figures')

test('quantiles of type 7, deviation and median distance, as R has them', () => {
  // R 4.2.2: x <- c(3.1,0.2,-4,12.5,7,7,1e3); quantile(x, …); sd(x); mad(x, constant=1)
  const figures = [3.1, 0.2, -4, 12.5, 7, 7, 1e3]
  alike([0, 0.05, 0.25, 0.5, 0.9, 0.99, 1].map((share) => quantile(figures, share)), [-4, -2.74, 1.65, 7, 407.5, 940.75, 1000])
  alike([standardDeviation(figures), medianAbsoluteDeviation(figures)], [376.376636970393, 5.5])
  assert.is(mean([1, 2, 6]), 3)
  assert.is(median([4, 1, 3, 2]), 2.5)
  assert.is(standardDeviation([7]), 0)
})

test("Jain's index: 1 for equal shares, k/n where k of n share evenly", () => {
  alike([jainIndex([3, 3, 3]), jainIndex([5, 5, 0, 0, 0]), jainIndex([0, 0])], [1, 0.4, 1])
})

test('weights are as many samples', () => {
  const samples = fc.array(fc.record({ value: fc.integer({ min: -5, max: 5 }), weight: fc.nat(4) }), { minLength: 1 })
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 100 }), (weighted, percent) => {
      const figures = weighted.flatMap(({ value, weight }) => Array.from({ length: weight }, () => value))
      fc.pre(figures.length > 0)
      const sorted = figures.toSorted((one, other) => one - other)
      assert.is(weightedQuantile(weighted, percent / 100), sorted[Math.ceil((percent * figures.length) / 100) - 1])
      for (const { value, share } of cdf(weighted)) {
        alike([share], [figures.filter((figure) => figure <= value).length / figures.length])
      }
      assert.is(cdf(weighted).at(-1)?.share, 1)
    }),
  )
  assert.equal(cdf([]), [])
  assert.ok(Number.isNaN(weightedQuantile([], 0.5)))
})

test('a figure counts for as long as it holds', () => {
  const queue = heldFor([{ at: 0, value: 10 }, { at: 90, value: 500 }], 100)
  assert.equal(cdf(queue), [{ value: 10, share: 0.9 }, { value: 500, share: 1 }])
  assert.equal([0.5, 0.9, 0.91].map((share) => weightedQuantile(queue, share)), [10, 10, 500])
})

test("Cliff's delta of the example of Hogarty and Kromrey (1999)", () => {
  const [treatment, control] = [[10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50]]
  assert.is(cliffsDelta(treatment, control), -0.25)
  assert.is(cliffsDelta(control, treatment), 0.25)
})

test("Holm's adjusted p-values, as R has them", () => {
  // R 4.2.2: p.adjust(c(0.01,0.04,0.03,0.005,0.6,0.03), "holm")
  alike(holm([0.01, 0.04, 0.03, 0.005, 0.6, 0.03]), [0.05, 0.12, 0.12, 0.03, 0.6, 0.12])
  assert.equal(holm([]), [])
  assert.equal(holm([0.7, 0.8]), [1, 1])
})

test.run()
