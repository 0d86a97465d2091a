import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ECN, type LinkOptions, type LossOptions, meanLoss, Random } from '../../../src/link-model/index.ts'
import { Red } from '../../../src/link-model/queue/red.ts'
import { constant, ms, second, steady, through } from './traffic.ts'

const test = suite('what happens by chance')
const free: LinkOptions = { rate: constant(Infinity), delay: 0, queue: { kind: 'droptail', limit: {} } }
const count = 1_000_000
const arrivals = Array.from({ length: count }, (_, index) => ({ at: index * 1000, size: 100, ecn: ECN.ECT0 }))

/** Whether so many of so many are what a probability gives, in 99 of 100 cases. */
function assertBinomial(seen: number, all: number, probability: number): void {
  const deviation = Math.sqrt(all * probability * (1 - probability))
  assert.ok(Math.abs(seen - all * probability) < 2.576 * deviation, `${seen} of ${all}, not ${all * probability}`)
}

test('marks and losses by chance: within the 99 % interval of the binomial distribution', () => {
  for (const probability of [1e-2, 1e-4]) {
    const mark = { kind: 'independent', probability } as const
    const { marks, drops } = through({ ...free, mark, loss: mark }, arrivals, 12)
    assertBinomial(drops.length, count, probability)
    assertBinomial(marks.length, count - drops.length, probability)
    const dropped = new Set(drops.map(({ number }) => number))
    // Each has numbers of its own.
    assert.ok(marks.filter(({ number }) => dropped.has(number + 1)).length <= marks.length * 0.05)
  }
  assert.is(through({ ...free, mark: { kind: 'independent', probability: 1 } }, [{ at: 0, size: 1, ecn: ECN.NOT_ECT }]).marks.length, 0)
})

test('bursts are as long as the chain says: chi-squared over their lengths', () => {
  const toGood = 0.25
  const loss: LossOptions = { kind: 'bursts', toBad: 0.01, toGood }
  const numbers = through({ ...free, loss }, arrivals, 6).drops.map(({ number }) => number)
  const bursts: number[] = []
  for (const [index, number] of numbers.entries()) {
    if (numbers[index - 1] === number - 1) bursts.push((bursts.pop() ?? 0) + 1)
    else bursts.push(1)
  }
  const longest = 12
  let chi = 0
  for (let length = 1; length <= longest; length += 1) {
    // The last cell holds all that are longer too.
    const share = length < longest ? (1 - toGood) ** (length - 1) * toGood : (1 - toGood) ** (longest - 1)
    const seen = bursts.filter((burst) => (length < longest ? burst === length : burst >= longest)).length
    chi += (seen - share * bursts.length) ** 2 / (share * bursts.length)
  }
  // 11 degrees of freedom: 99 % lie below this.
  assert.ok(chi < 24.72, `${chi}`)
})

test('losses in the bad and in the good state: as many as the mean says', () => {
  const loss: LossOptions = { kind: 'bursts', toBad: 0.02, toGood: 0.2, lossInBad: 0.5, lossInGood: 0.001 }
  const { drops } = through({ ...free, loss }, arrivals, 7)
  assert.ok(Math.abs(drops.length / count / meanLoss(loss) - 1) < 0.02, `${drops.length}`)
})

test('periodic loss: the last of each so many', () => {
  const loss: LossOptions = { kind: 'periodic', every: 50 }
  const { drops } = through({ ...free, loss }, steady(12e6, 1))
  assert.equal(drops.slice(0, 3).map(({ number }) => number), [49, 99, 149])
  assert.is(meanLoss(loss), 0.02)
})

test('RED: at one average, the packets between marks are spread evenly from 1 to 1/p', () => {
  const marked: number[] = []
  let number = 0
  const fate = { deliver: () => undefined, drop: () => undefined, mark: () => marked.push(number) }
  // 20 in the queue all the time: 0.1 (20 - 10) / (60 - 10) is one in 50.
  const red = new Red({ limit: {}, min: 10, max: 60, maxProbability: 0.1, weight: 0.5, packetTime: ms, ecn: true }, new Random(3, 'red'), fate)
  const packet = () => ({ size: 1500, flow: 0, ecn: ECN.ECT0 as number, queuedAt: 0, leavesAt: 0 })
  for (let index = 0; index < 20; index += 1) red.enqueue(packet(), 0)
  for (let index = 0; index < 60; index += 1, red.dequeue(0)) red.enqueue(packet(), 0)
  assert.ok(Math.abs(red.average - 20) < 1e-6)
  marked.length = 0
  for (number = 0; number < 200_000; number += 1) {
    red.enqueue(packet(), number * ms)
    red.dequeue(number * ms)
  }
  const gaps = marked.slice(1).map((at, index) => at - (marked[index] ?? 0))
  // The n-th packet after one that was marked is chosen with p / (1 - np), n from 1: evenly up to 49.
  const cells = new Float64Array(49)
  for (const gap of gaps) {
    assert.ok(gap >= 1 && gap <= 50, `${gap}`)
    cells[Math.min(gap, 49) - 1] = (cells[Math.min(gap, 49) - 1] ?? 0) + 1
  }
  const expected = gaps.length / 49
  const chi = cells.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
  // 48 degrees of freedom: 99 % lie below this.
  assert.ok(gaps.length > 7500 && chi < 73.68, `${gaps.length} ${chi}`)
})

test('RED: a packet that finds no other counts as such while the link sends, and idle time as its packets', () => {
  const fate = { deliver: () => undefined, drop: () => undefined }
  const red = new Red({ limit: {}, min: 10, max: 60, weight: 0.5, packetTime: ms }, new Random(3, 'red'), fate)
  const packet = () => ({ size: 1500, flow: 0, ecn: ECN.ECT0 as number, queuedAt: 0, leavesAt: 0 })
  for (let index = 0; index < 9; index += 1) red.enqueue(packet(), 0)
  for (let index = 0; index < 9; index += 1) red.dequeue(0)
  const full = red.average
  red.enqueue(packet(), 0)
  assert.is(red.average, full / 2)
  red.dequeue(second)
  red.dequeue(second)
  red.enqueue(packet(), second + 3 * ms)
  assert.is(red.average, full / 16)
})

test.run()
