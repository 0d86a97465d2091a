import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { binomialInterval, incompleteBeta, logGamma } from '../../../../src/emulator/certify/binomial.ts'
import { inflation } from '../../../../src/emulator/certify/share.ts'
import { type LossOptions, Random } from '../../../../src/link-model/index.ts'
import { through } from '../../link-model/traffic.ts'

const test = suite('shares of probes')

const isClose = (value: number, expected: number, digits = 1e-10): void =>
  assert.ok(Math.abs(value - expected) <= digits * Math.abs(expected), `${value}, not ${expected}`)

/** R 4.2: qbeta(a, k, n - k + 1) and qbeta(1 - a, k + 1, n - k). The first and the third are in most tables. */
const intervals = [
  [0, 10, 0.95, 0, 0.308497107818761],
  [10, 10, 0.95, 0.691502892181239, 1],
  [5, 10, 0.95, 0.187086028447399, 0.812913971552601],
  [1, 100, 0.99, 5.01241619776564e-5, 0.0719576824016362],
  [10, 100_000, 0.99, 3.71702031962956e-5, 0.000213966080735472],
  [27, 100_000, 0.99, 0.000154914404597226, 0.000434932897320003],
  [500, 50_000, 0.99, 0.00889051141836699, 0.0112038319857688],
  [3, 1_000_000, 0.99, 3.3786366951564e-7, 1.09774337091263e-5],
  [2.5, 40.5, 0.99, 0.00516651027789405, 0.227845902977185],
] as const

test('Clopper and Pearson’s interval is the one that R has', () => {
  for (const [hits, trials, confidence, low, high] of intervals) {
    const interval = binomialInterval(hits, trials, confidence)
    isClose(interval.low, low, 1e-9)
    isClose(interval.high, high, 1e-9)
  }
})

test('the functions under it are those of R', () => {
  isClose(incompleteBeta(0.3, 2, 5), 0.579825, 1e-12)
  isClose(incompleteBeta(1e-4, 10, 99_991), 0.542076541384439)
  for (const [x, value] of [[0.1, 2.252712651734206], [1.5, -0.1207822376352452], [10, 12.80182748008147], [1234.5, 7550.55090107809]] as const) {
    isClose(logGamma(x), value, 1e-13)
  }
})

test('the interval holds what it promises, for few hits and many', () => {
  const random = new Random(3, 'binomial')
  for (const [probability, trials] of [[0.01, 50], [0.01, 1000], [0.3, 100]] as const) {
    const runs = 1000
    let outside = 0
    for (let run = 0; run < runs; run += 1) {
      let hits = 0
      for (let trial = 0; trial < trials; trial += 1) if (random.happens(probability)) hits += 1
      const { low, high } = binomialInterval(hits, trials, 0.95)
      if (probability < low || probability > high) outside += 1
    }
    // At most 5 %, and three deviations.
    assert.ok(outside <= runs * 0.05 + 3 * Math.sqrt(runs * 0.05 * 0.95), `${outside} of ${runs}`)
  }
})

test('losses in bursts vary by as much more than single ones as is said', () => {
  const loss: LossOptions = { kind: 'bursts', toBad: 0.02, toGood: 0.2, lossInBad: 0.8, lossInGood: 0.01 }
  const free = { rate: { kind: 'constant', rate: Infinity }, delay: 0, queue: { kind: 'droptail', limit: {} } } as const
  const [runs, packets] = [400, 1000]
  const arrivals = Array.from({ length: runs * packets }, (_, index) => ({ at: index, size: 60 }))
  const counts = Array.from({ length: runs }, () => 0)
  for (const { number } of through({ ...free, loss }, arrivals, 5).drops) counts[Math.floor(number / packets)] = (counts[Math.floor(number / packets)] ?? 0) + 1
  const mean = counts.reduce((sum, count) => sum + count, 0) / runs
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (runs - 1)
  const ratio = variance / (mean * (1 - mean / packets))
  assert.ok(Math.abs(ratio / inflation(loss) - 1) < 0.25, `${ratio}, not ${inflation(loss)}`)
})

test.run()
