import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../../src/errors/index.ts'
import { type Estimator, fewestBlocks, mean, median, pairedDifference, pairedRatio } from '../../../../src/experiment/index.ts'
import { bcaInterval, expandedTail } from '../../../../src/experiment/statistics/bootstrap.ts'
import { type CountedEstimate, countedEstimate } from '../../../../src/experiment/statistics/estimate.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { coverage, shapes } from '../../../support/simulated-blocks.ts'
import { alike } from './support/alike.ts'

const test = suite('estimates and intervals')
const options = { seed: 1, level: 0.05, resamples: 1000 }
const estimators: readonly Estimator[] = ['mean', 'median', 'hodges-lehmann']

/** Differences of heights of crossed and self-fertilised maize, eighths of an inch (Darwin 1876; Fisher 1935). */
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

/** Table 14.1 of Efron and Tibshirani (1993). */
const spatial = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41]

const varianceOf = (values: readonly number[]): CountedEstimate => (counts) => {
  const drawn = values.flatMap((value, index) => Array.from({ length: counts[index] ?? 0 }, () => value))
  const middle = mean(drawn)
  return mean(drawn.map((value) => (value - middle) ** 2))
}

test('Hodges and Lehmann: the depression scores of Hollander and Wolfe (1973), 3.1', () => {
  const baseline = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const candidate = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  // R 4.2.2: wilcox.test(a, b, paired=TRUE, conf.int=TRUE): (pseudo)median 0.46, interval 0.010 to 0.786
  const { estimate: middle, interval } = pairedDifference({ baseline, candidate }, options)
  alike([middle], [-0.46])
  assert.ok(interval && interval.low > -0.87 && interval.low < -0.71 && interval.high > -0.1 && interval.high < 0.02, JSON.stringify(interval))
})

test('figures that are counted are as many figures', () => {
  const counted = fc.array(fc.record({ value: fc.integer({ min: -9, max: 9 }), count: fc.nat(3) }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(counted, (some) => {
      const counts = Uint32Array.from(some, ({ count }) => count)
      const figures = some.flatMap(({ value, count }) => Array.from({ length: count }, () => value))
      fc.pre(figures.length > 0)
      const pairs = figures.flatMap((one, index) => figures.slice(index).map((other) => (one + other) / 2))
      const values = some.map(({ value }) => value)
      const expected = [mean(figures), median(figures), median(pairs)]
      for (const [index, estimator] of estimators.entries()) {
        assert.ok(Math.abs(countedEstimate(estimator, values)(counts) - (expected[index] ?? Number.NaN)) < 1e-9, estimator)
      }
    }),
  )
})

/** Ends of two intervals lie apart by no more than the luck of the resamples of both. */
function near({ low, high }: { low: number; high: number }, [expectedLow, expectedHigh]: [number, number], within: number): void {
  const isNear = Math.abs(low - expectedLow) <= within && Math.abs(high - expectedHigh) <= within
  assert.ok(isNear, `${low} to ${high} is not ${expectedLow} to ${expectedHigh}`)
}

test('BCa of the spatial test data of Efron and Tibshirani (1993), 14.2, and of R', () => {
  const variance = varianceOf(spatial)
  alike([variance(new Uint32Array(26).fill(1))], [171.534023668639])
  const interval = bcaInterval(variance, 26, { tail: 0.05, random: new Random(1, 'spatial') })
  // The book has 115.8 to 259.6, of 2000 resamples: its ends are less certain than ours.
  near(interval, [115.8, 259.6], 4)
  // R 4.2.2, boot 1.3-28.1: set.seed(1); boot.ci(boot(A, v, R=200000), conf=0.90, type="bca"),
  // v <- function(d,i) mean((d[i]-mean(d[i]))^2)
  near(interval, [115.5577, 260.8887], 2.5)
})

test('BCa of means and of Hodges and Lehmann, beside R and SciPy', () => {
  const bca = (estimator: Estimator, values: readonly number[]) =>
    bcaInterval(countedEstimate(estimator, values), values.length, { tail: 0.025, random: new Random(1, 'bca'), resamples: 40_000 })
  // SciPy 1.17.1: bootstrap((z,), np.mean, n_resamples=200000, method='BCa', rng=1)
  near(bca('mean', maize), [-1.667, 36.333], 0.6)
  near(bca('mean', [10, 12, -3, 40, 8, 9, 11, -5]), [3.625, 23], 0.4)
  // R 4.2.2, boot 1.3-28.1: set.seed(3); boot.ci(boot(z, hl, R=50000), type="bca"),
  // hl <- function(d,i) {s<-d[i]; o<-outer(s,s,"+")/2; median(o[upper.tri(o,TRUE)])}
  near(bca('hodges-lehmann', maize), [4, 40.5], 0.6)
})

test('few figures get wider tails', () => {
  // R 4.2.2: pnorm(sqrt(n/(n-1)) * qt(0.025, n-1)); n of 8, 20
  alike([8, 20].map((size) => expandedTail(0.025, size)), [0.00573752051703, 0.0158808299203], 1e-10)
  assert.ok(Math.abs(expandedTail(0.025, 100_001) - 0.025) < 1e-5)
})

test('too few blocks have an estimate and no interval', () => {
  assert.equal([0.05, 0.025, 0.01, 0.5].map(fewestBlocks), [6, 7, 8, 2])
  for (const blocks of [1, 2, 3, 5]) {
    const candidate = Array.from({ length: blocks }, (_, block) => block + 1)
    assert.equal(pairedDifference({ baseline: candidate.map(() => 0), candidate }, options), {
      estimate: (blocks + 1) / 2,
      interval: undefined,
    })
  }
})

test('differences that are all alike have an interval without width', () => {
  const blocks = { baseline: [1, 2, 3, 4, 5, 6], candidate: [3, 4, 5, 6, 7, 8] }
  for (const estimator of estimators) {
    assert.equal(pairedDifference(blocks, { ...options, estimator }), { estimate: 2, interval: { low: 2, high: 2 } })
  }
})

test('a single wild figure moves the interval of no more than one end', () => {
  const candidate = [1, 1.1, 0.9, 1.05, 0.95, 1, 1.02, 1e9]
  const { estimate: middle, interval } = pairedDifference({ baseline: candidate.map(() => 0), candidate }, options)
  assert.ok(Math.abs(middle - 1.01) < 0.03 && interval && interval.low > 0.9, JSON.stringify(interval))
})

test('ratios are of logarithms, and missing where a figure has none', () => {
  const baseline = [10, 20, 30, 40, 50, 60]
  const ratio = pairedRatio({ baseline, candidate: baseline.map((value) => value * 1.5) }, options)
  alike([ratio?.estimate ?? 0, ratio?.interval?.low ?? 0, ratio?.interval?.high ?? 0], [1.5, 1.5, 1.5])
  assert.is(pairedRatio({ baseline, candidate: [0, 1, 2, 3, 4, 5] }, options), undefined)
})

test('scale and swapped arms: the interval follows', () => {
  const figures = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 12 })
  fc.assert(
    fc.property(figures, fc.constantFrom(0.25, 2, 1024), (candidate, factor) => {
      const baseline = candidate.map(() => 0)
      const one = pairedDifference({ baseline, candidate }, options)
      const larger = pairedDifference({ baseline, candidate: candidate.map((value) => value * factor) }, options)
      assert.is(larger.estimate, one.estimate * factor)
      assert.ok(Math.abs((larger.interval?.low ?? 0) - (one.interval?.low ?? 0) * factor) < 1e-6)
      const swapped = pairedDifference({ baseline: candidate, candidate: baseline }, options)
      assert.is(swapped.estimate + one.estimate, 0)
      const width = (one.interval?.high ?? 0) - (one.interval?.low ?? 0)
      // The same resamples, seen from the other side: only where the quantile is read differs, by rounding.
      assert.ok(Math.abs((swapped.interval?.low ?? 0) + (one.interval?.high ?? 0)) <= 1e-6 * Math.max(1, width))
    }),
    { numRuns: 50 },
  )
})

test('what cannot be paired is refused', () => {
  for (const [baseline, candidate] of [[[1, 2], [1]], [[], []], [[1], [Number.NaN]], [[Infinity], [1]]]) {
    assert.throws(() => pairedDifference({ baseline: baseline ?? [], candidate: candidate ?? [] }, options), (error: unknown) => error instanceof UsageError)
  }
})

// docs/statistics.md has the figures of more experiments and sizes: node scripts/simulate-statistics.ts
for (const blocks of [8, 12, 20]) {
  for (const name of ['normal', 'skewed', 'lognormal', 'heavy tails'] as const) {
    test(`intervals of ${blocks} blocks cover the truth: ${name}`, () => {
      const share = coverage(shapes[name], 'hodges-lehmann', { blocks, experiments: 600, resamples: 500 })
      // 93 to 97 %, and three deviations of 600 experiments.
      assert.ok(share > 0.93 - 0.031 && share < 0.97 + 0.021, `${share}`)
    })
  }
}

test.run()
