import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { holm, signFlipTests } from '../../../../src/experiment/index.ts'
import { Random } from '../../../../src/link-model/index.ts'
import { alike } from './support/alike.ts'

const test = suite('flips of signs')
const flips = (...differences: readonly (readonly number[])[]) => signFlipTests(differences, new Random(1, 'flips'))
const random = () => new Random(1, 'figures')

test("Fisher's own example: 1,726 of 32,768 patterns", () => {
  const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
  // Fisher (1935), 21: 863 patterns of one side reach the sum of 314. SciPy 1.17.1 and R's exactRankTests 0.8-35 agree:
  // permutation_test((z, zeros), lambda x,y: mean(x-y), permutation_type='samples', n_resamples=inf)
  assert.equal(flips(maize), [{ p: 1726 / 32_768, adjusted: 1726 / 32_768 }])
})

test('the depression scores of Hollander and Wolfe (1973), as SciPy has them', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
  assert.is(flips(before.map((value, index) => value - (after[index] ?? 0)))[0]?.p, 0.02734375)
})

/** The blocks of four metrics, of which one stands out clearly. */
const four = [
  [5.1, 4.2, 6.3, 5.5, 4.9, 5.8, 6.1, 5.2],
  [0.3, -0.1, 0.4, 0.2, -0.3, 0.5, 0.1, 0.25],
  [-2, 1, -1, -3, 2, -2, -1, -4],
  [10, 12, -3, 40, 8, 9, 11, -5],
]

test('four metrics, as the multtest package of R has them', () => {
  // R 4.2.2, multtest 2.54.0: X of zeros and these in turn, mt.maxT(X, rep(0:1, 8), test="pairt", side="abs", B=0)
  const results = flips(...four)
  alike(results.map(({ p }) => p), [0.0078125, 0.140625, 0.1640625, 0.0390625])
  alike(results.map(({ adjusted }) => adjusted), [0.0078125, 0.1640625, 0.1640625, 0.1484375])
})

test('what stands out in 8 blocks keeps 2/2⁸ beside seven other metrics, where Holm has more than 5 %', () => {
  const draws = random()
  const noise = Array.from({ length: 7 }, () => Array.from({ length: 8 }, () => draws.normal()))
  const results = flips(four[0] ?? [], ...noise)
  assert.is(results[0]?.adjusted, 2 / 256)
  assert.is(holm(results.map(({ p }) => p))[0], 16 / 256)
})

test('no difference at all, and a single block, say nothing', () => {
  assert.equal(flips([0, 0, 0], [0, 0, 0]), [{ p: 1, adjusted: 1 }, { p: 1, adjusted: 1 }])
  assert.equal(flips([4]), [{ p: 1, adjusted: 1 }])
  assert.equal(flips(), [])
})

test('equal sums count as equal whatever rounding does', () => {
  // 0.1 + 0.2 is not 0.3, and every pattern with the sum of 0.6 or 0 is as likely.
  assert.is(flips([0.1, 0.2, -0.3])[0]?.p, 1)
  assert.is(flips([0.1, 0.2, 0.3])[0]?.p, 0.25)
})

test('drawn patterns come near to all of them, and never to 0', () => {
  const draws = random()
  const twenty = Array.from({ length: 20 }, () => draws.normal() + 0.4)
  const exact = flips(twenty)[0]?.p ?? 1
  // A block without a difference changes no sum, but makes too many blocks to go through.
  const drawn = flips([...twenty, 0])[0]?.p ?? 1
  assert.ok(Math.abs(drawn - exact) < 4 * Math.sqrt((exact * (1 - exact)) / 20_000), `${drawn} ${exact}`)
  assert.is(flips(Array.from({ length: 40 }, (_, index) => index + 1))[0]?.p, 1 / 20_001)
})

const blocks = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.array(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: count, maxLength: count }), { minLength: 1, maxLength: 4 }),
)

test('by the definition: the share of patterns in which a sum is as large', () => {
  fc.assert(
    fc.property(blocks, (metrics) => {
      for (const [index, values] of metrics.entries()) {
        const patterns = Array.from({ length: 2 ** values.length }, (_, pattern) =>
          Math.abs(values.reduce((sum, value, block) => sum + ((pattern >> block) & 1 ? -value : value), 0)),
        )
        const observed = Math.abs(values.reduce((sum, value) => sum + value, 0))
        const share = patterns.filter((sum) => sum >= observed).length / patterns.length
        assert.is(flips(...metrics)[index]?.p, share)
      }
    }),
  )
})

test('swapped arms, other units and another order of blocks or metrics change nothing', () => {
  fc.assert(
    fc.property(blocks, (metrics) => {
      const expected = flips(...metrics)
      assert.equal(flips(...metrics.map((values) => values.map((value) => -value))), expected)
      assert.equal(flips(...metrics.map((values, index) => values.map((value) => value * 10 ** (150 * (index - 1))))), expected)
      assert.equal(flips(...metrics.map((values) => values.toReversed())), expected)
      assert.equal(flips(...metrics.toReversed()), expected.toReversed())
    }),
  )
})

test('adjusted p-values are not below their own, nor in another order', () => {
  fc.assert(
    fc.property(blocks, (metrics) => {
      const results = flips(...metrics)
      assert.ok(results.every(({ p, adjusted }) => adjusted >= p && adjusted <= 1))
    }),
  )
})

test.run()
