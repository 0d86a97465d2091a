import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Random } from '../../../src/link-model/index.ts'

const test = suite('random numbers')
const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.next())

test('the same for the same seed and stream, and others for others', () => {
  assert.equal(draw(new Random(7, 'loss'), 5), draw(new Random(7, 'loss'), 5))
  const streams = [new Random(7, 'loss'), new Random(8, 'loss'), new Random(7, 'jitter'), new Random(77, '')]
  assert.is(new Set(streams.map((random) => draw(random, 2).join())).size, streams.length)
})

test('spread evenly: chi-squared over 256 cells of the highest and of the lowest bits', () => {
  const random = new Random(1, 'even')
  const numbers = draw(random, 256_000)
  for (const shift of [0, 24]) {
    const cells = new Float64Array(256)
    for (const number of numbers) cells[(number >>> shift) & 0xff] = (cells[(number >>> shift) & 0xff] ?? 0) + 1
    const chi = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    // 255 degrees of freedom: 99.9 % lie between these.
    assert.ok(chi > 183 && chi < 333, `${chi}`)
  }
})

test('neighbouring seeds are not alike', () => {
  const firsts = Array.from({ length: 4096 }, (_, seed) => new Random(seed, 'x').float())
  const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length
  assert.ok(Math.abs(mean - 0.5) < 0.0117, `${mean}`)
  const products = firsts.slice(1).map((value, index) => (value - 0.5) * ((firsts[index] ?? 0) - 0.5))
  const correlation = (12 * products.reduce((sum, value) => sum + value, 0)) / products.length
  assert.ok(Math.abs(correlation) < 0.041, `${correlation}`)
})

test('normal: mean, deviation and tails', () => {
  const random = new Random(3, 'normal')
  const values = Array.from({ length: 100_000 }, () => random.normal())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  assert.ok(Math.abs(mean) < 0.0082 && Math.abs(variance - 1) < 0.0116, `${mean} ${variance}`)
  const beyond = values.filter((value) => Math.abs(value) > 1.959_964).length / values.length
  assert.ok(Math.abs(beyond - 0.05) < 0.0018, `${beyond}`)
})

test('what is certain draws nothing', () => {
  const [one, other] = [new Random(5, 'x'), new Random(5, 'x')]
  assert.ok(one.happens(1))
  assert.not.ok(one.happens(0))
  assert.is(one.next(), other.next())
})

test.run()
