import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { ECN, type LinkOptions, type QueueOptions, Random } from '../../../src/link-model/index.ts'
import { Pie } from '../../../src/link-model/queue/pie.ts'
import { constant, merged, ms, second, steady, through } from './traffic.ts'

const test = suite('queue disciplines')
const rate = 12e6
/** How long a packet of 1500 bytes takes. */
const packetTime = ms
const limit = { packets: 1000 }
const linkWith = (queue: QueueOptions): LinkOptions => ({ rate: constant(rate), delay: 0, queue })
const after = <T extends { at: number }>(list: readonly T[], from: number): T[] => list.filter(({ at }) => at >= from)
const meanDelay = (list: readonly { delay: number }[]): number => list.reduce((sum, { delay }) => sum + delay, 0) / list.length

/** The deviation of values over their mean. */
function variation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean
}

test('step marking: who finds more than K before it, and can be marked', () => {
  // 20 at once: the first goes to the link, and the n-th after it finds n-1.
  const burst = Array.from({ length: 20 }, () => ({ at: 0, size: 1500, ecn: ECN.ECT0 }))
  const { marks, drops } = through(linkWith({ kind: 'step', limit: { packets: 15 }, packets: 10 }), burst)
  assert.equal(marks.map(({ number }) => number), [12, 13, 14, 15])
  assert.equal(drops.map(({ number }) => number), [16, 17, 18, 19])
  const deaf = burst.map((packet) => ({ ...packet, ecn: ECN.NOT_ECT }))
  assert.is(through(linkWith({ kind: 'step', limit, packets: 10 }), deaf).marks.length, 0)
})

test('step marking by bytes and by delay', () => {
  const burst = Array.from({ length: 20 }, () => ({ at: 0, size: 1500, ecn: ECN.ECT1 }))
  assert.is(through(linkWith({ kind: 'step', limit, bytes: 15_000 }), burst).marks[0]?.number, 12)
  // The n-th waits n ms.
  assert.equal(through(linkWith({ kind: 'step', limit, delay: 17 * ms }), burst).marks.map(({ number }) => number), [18, 19])
})

test('RED: at a steady overload the average settles where it drops as much as is too much', () => {
  const overload = 1.05
  const queue = { kind: 'red', limit, min: 20, max: 100, maxProbability: 0.1, weight: 0.002, packetTime } as const
  const { delivered, drops } = through(linkWith(queue), steady(rate * overload, 60))
  assert.ok(drops.every(({ dropped }) => dropped === 'red'))
  // Drops are spread evenly over 1 to 1/p packets, so that one in (1/p + 1)/2 is dropped (section 7 of the paper).
  const dropped = 1 - 1 / overload
  const probability = 1 / (2 / dropped - 1)
  const expected = (20 + (100 - 20) * (probability / 0.1)) * packetTime
  const mean = meanDelay(after(delivered, 20 * second))
  assert.ok(Math.abs(mean / expected - 1) < 0.1, `${mean / ms} ms, not ${expected / ms}`)
})

test('RED: gaps between drops are spread evenly and not as if each were drawn by itself', () => {
  const queue = { kind: 'red', limit, min: 20, max: 100, packetTime } as const
  const { drops } = through(linkWith(queue), steady(rate * 1.05, 200))
  const gaps = after(drops, 50 * second).flatMap(({ number }, index, list) => (index === 0 ? [] : [number - (list[index - 1]?.number ?? 0)]))
  // Evenly from 0 to twice the mean: 1/√3 of it; each by itself: all of it.
  assert.ok(Math.abs(variation(gaps) - 1 / Math.sqrt(3)) < 0.1, `${variation(gaps)}`)
})

test('RED marks below its upper threshold and drops above it, and what cannot be marked is dropped', () => {
  const queue = { kind: 'red', limit, min: 5, max: 15, packetTime, ecn: true } as const
  const mild = steady(rate * 1.02, 30)
  const seen = through(linkWith(queue), mild.map((packet) => ({ ...packet, ecn: ECN.ECT0 })))
  assert.ok(seen.marks.length > 10)
  const deaf = through(linkWith(queue), mild)
  assert.ok(deaf.drops.length > 10 && deaf.marks.length === 0)
  const wild = through(linkWith(queue), steady(rate * 3, 5).map((packet) => ({ ...packet, ecn: ECN.ECT0 })))
  assert.ok(wild.drops.some(({ dropped }) => dropped === 'red'))
})

test('RED forgets while the link is idle', () => {
  const queue = { kind: 'red', limit, min: 5, max: 15, weight: 0.01, packetTime } as const
  const again = steady(rate * 1.5, 0.02, { from: 20 * second })
  const { drops } = through(linkWith(queue), [...steady(rate * 1.5, 10), ...again])
  assert.ok(drops.some(({ at }) => at > 9 * second && at < 10 * second))
  assert.is(after(drops, 20 * second).length, 0)
})

test('RED with thresholds that make no sense', () => {
  for (const wrong of [{ min: 0, max: 5 }, { min: 5, max: 5 }, { min: 1, max: 5, weight: 0 }, { min: 1, max: 5, maxProbability: 2 }]) {
    const queue = { kind: 'red', limit, packetTime, ...wrong } as const
    assert.throws(() => through(linkWith(queue), []), (error: unknown) => error instanceof UsageError)
  }
})

test('CoDel: the first drop comes an interval after the delay has stood too high, the next ones by the control law', () => {
  // Twice what the link takes, at a sender that does not listen: the delay stays over the target.
  const { drops } = through(linkWith({ kind: 'codel', limit: { packets: 1e6 } }), steady(2 * rate, 5))
  const codel = drops.filter(({ dropped }) => dropped === 'codel')
  // A packet that leaves at 10 ms was there for 5: the target is passed within a packet's time of it.
  const [first] = codel
  assert.ok(Math.abs((first?.at ?? 0) - 110 * ms) <= 2 * packetTime, `${first?.at}`)
  followControlLaw(codel)
})

/** Each at or, since packets take their time, soon after the moment at which the law wants it. */
function followControlLaw(decisions: readonly { at: number }[]): void {
  let expected = decisions[0]?.at ?? 0
  for (const [index, { at }] of decisions.slice(0, 40).entries()) {
    assert.ok(at - expected >= 0 && at - expected <= packetTime, `number ${index}: ${at / ms} ms, not ${expected / ms}`)
    expected += (100 * ms) / Math.sqrt(index + 1)
  }
}

test('CoDel: bursts that go away again are let through', () => {
  const burst = steady(4 * rate, 0.015)
  const { drops } = through(linkWith({ kind: 'codel', limit }), [...burst, ...burst.map(({ at, size }) => ({ at: at + 200 * ms, size }))])
  assert.is(drops.length, 0)
})

test('CoDel: one packet that waits is never too late, however slow the link', () => {
  const slow = { ...linkWith({ kind: 'codel', limit }), rate: constant(100e3) }
  // One is always on the link, which takes 120 ms, and one waits for it all that time.
  const { drops, delivered } = through(slow, [{ at: 0, size: 1500 }, ...steady(100e3, 60, { from: 1 })])
  assert.is(drops.length, 0)
  assert.ok(delivered.slice(1).every(({ delay }) => delay > 200 * ms))
})

test('CoDel: soon after the last time it goes on near the rate that helped, and later anew', () => {
  const gapAfter = (pause: number) => {
    const from = (4 + pause) * second
    const arrivals = [...steady(1.3 * rate, 4), ...steady(1.3 * rate, 2, { from })]
    const [first, next] = after(through(linkWith({ kind: 'codel', limit: { packets: 1e6 } }), arrivals).drops, from)
    return (next?.at ?? 0) - (first?.at ?? 0)
  }
  // Its queue of 4 s has gone in 1.2 s.
  assert.ok(gapAfter(2) < 20 * ms, `${gapAfter(2) / ms}`)
  assert.ok(Math.abs(gapAfter(8) - 100 * ms) <= packetTime)
})

test('CoDel marks instead of dropping, at the same moments', () => {
  const arrivals = steady(2 * rate, 3)
  const options = linkWith({ kind: 'codel', limit: { packets: 1e6 }, ecn: true })
  const deaf = through(options, arrivals)
  const heard = through(options, arrivals.map((packet) => ({ ...packet, ecn: ECN.ECT0 })))
  assert.is(heard.drops.length, 0)
  assert.is(heard.marks[0]?.at, deaf.drops[0]?.at)
  followControlLaw(heard.marks)
})

test('FQ-CoDel: a flow that sends little waits for no other flow', () => {
  const options = linkWith({ kind: 'fq_codel', limit: { packets: 10_240 } })
  const bulk = steady(2 * rate, 5, { flow: 1 })
  const sparse = steady(100e3, 5, { flow: 2, size: 200, from: 3 * ms })
  const arrivals = merged(bulk, sparse)
  const { delivered } = through(options, arrivals)
  const ofSparse = delivered.filter(({ number }) => arrivals[number]?.flow === 2)
  assert.is(ofSparse.length, sparse.length)
  assert.ok(ofSparse.every(({ delay }) => delay < 2 * ms), `${Math.max(...ofSparse.map(({ delay }) => delay))}`)
  const single = through(linkWith({ kind: 'codel', limit: { packets: 10_240 } }), arrivals).delivered
  assert.ok(meanDelay(single.filter(({ number }) => arrivals[number]?.flow === 2)) > 20 * ms)
})

test('FQ-CoDel: flows share by bytes, whatever the size of their packets', () => {
  const arrivals = merged(steady(rate, 10, { flow: 1, size: 1500 }), steady(rate, 10, { flow: 2, size: 300 }), steady(rate / 4, 10, { flow: 3 }))
  const { delivered } = through(linkWith({ kind: 'fq_codel', limit: { packets: 10_240 } }), arrivals)
  const bytes = new Map<number, number>()
  for (const { number, at } of delivered) {
    const { flow = 0, size = 0 } = arrivals[number] ?? {}
    if (at < 10 * second) bytes.set(flow, (bytes.get(flow) ?? 0) + size)
  }
  const whole = (rate * 10) / 8
  const parts = [1, 2, 3].map((flow) => (bytes.get(flow) ?? 0) / whole)
  for (const [index, expected] of [0.375, 0.375, 0.25].entries()) assert.ok(Math.abs((parts[index] ?? 0) - expected) < 0.02, parts.join())
})

test('FQ-CoDel: flows whose queues are empty now and then are not new each time, and starve nobody', () => {
  const often = (flow: number, from: number) => steady(0.9 * rate, 10, { flow, from })
  const arrivals = merged(steady(2 * rate, 10, { flow: 1 }), often(2, 1), often(3, ms / 2))
  const { delivered } = through(linkWith({ kind: 'fq_codel', limit: { packets: 10_240 } }), arrivals)
  const ofFirst = delivered.filter(({ number, at }) => at < 10 * second && arrivals[number]?.flow === 1).length
  assert.ok(Math.abs(ofFirst / 10_000 - 1 / 3) < 0.02, `${ofFirst}`)
})

test('FQ-CoDel: a flow that sends now and then does not wait for one that fills the link', () => {
  const fast: LinkOptions = { ...linkWith({ kind: 'fq_codel', limit: { packets: 10_240 } }), rate: constant(100e6) }
  const arrivals = merged(steady(120e6, 5, { flow: 1 }), steady(1e6, 5, { flow: 2, size: 200, from: 1 }))
  const { delivered, drops } = through(fast, arrivals)
  const ofFlow = (flow: number) => delivered.filter(({ number }) => arrivals[number]?.flow === flow)
  assert.ok(Math.max(...ofFlow(2).map(({ delay }) => delay)) < 2 * ms)
  assert.ok(drops.every(({ number }) => arrivals[number]?.flow === 1))
  // CoDel keeps the other from having more than its own delay, without a flow that listens.
  assert.ok(ofFlow(1).length > 4 * 8333)
})

test('FQ-CoDel: a small packet of one flow is not too late while less than a large one of any flow waits', () => {
  const slow: LinkOptions = { ...linkWith({ kind: 'fq_codel', limit }), rate: constant(1e6) }
  // Flow 2 has a few packets of 100 bytes, which wait for 12 ms and more at a time behind those of 1500.
  const arrivals = merged(steady(0.9e6, 20, { flow: 1 }), steady(0.09e6, 20, { flow: 2, size: 100, from: 1 }))
  const { drops } = through(slow, arrivals)
  assert.ok(drops.every(({ number }) => arrivals[number]?.flow === 1))
})

test('FQ-CoDel: when there is no room, the flow that has most loses', () => {
  const arrivals = merged(steady(3 * rate, 1, { flow: 1 }), steady(0.3 * rate, 1, { flow: 2 }))
  const { drops, delivered } = through(linkWith({ kind: 'fq_codel', limit: { packets: 50 }, target: second, interval: 10 * second }), arrivals)
  assert.ok(drops.length > 0 && drops.every(({ number, dropped }) => arrivals[number]?.flow === 1 && dropped === 'limit'))
  assert.is(delivered.length + drops.length, arrivals.length)
})

test('PIE: at a steady overload it drops as much as is too much, and the delay comes to its target', () => {
  for (const overload of [1.05, 1.25]) {
    const { delivered, drops } = through(linkWith({ kind: 'pie', limit }), steady(rate * overload, 120))
    // A drop comes after the probabilities have added up to 0.85, and then by chance: the deviation of the gaps is
    // 1/1.85 of their mean, and would be all of it by chance alone.
    const numbers = after(drops, 60 * second).map(({ number }) => number)
    const gaps = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0))
    assert.ok(variation(gaps) < 0.75, `${variation(gaps)}`)
    const late = after(drops, 60 * second).length / (after(drops, 60 * second).length + after(delivered, 60 * second).length)
    assert.ok(Math.abs(late - (1 - 1 / overload)) < 0.01, `${late} of ${overload}`)
    const mean = meanDelay(after(delivered, 60 * second))
    assert.ok(Math.abs(mean - 15 * ms) < 3 * ms, `${mean / ms} ms at ${overload}`)
  }
})

const unmarked = () => ({ size: 1500, flow: 0, ecn: 0, queuedAt: 0, leavesAt: 0 })

test('PIE: the probability, update by update, as the RFC reckons it', () => {
  const pie = new Pie({ limit }, new Random(1, 'pie'), { deliver: () => undefined, drop: () => undefined })
  // The packet that came first is never sent: at each update it has waited 15 ms more.
  pie.enqueue(unmarked(), 0)
  const seen = Array.from({ length: 12 }, (_, index) => {
    pie.enqueue(unmarked(), (index + 1) * 15 * ms)
    return pie.probability
  })
  // (0.125 (delay - 0.015) + 1.25 · 0.015) / (2048, 512, 128, 32, 8, 2 or 1), added up by hand.
  const expected = [9.155_273e-6, 4.943_848e-5, 2.252_197e-4, 9.869_385e-4, 1.807_251e-3, 5.322_876e-3, 9.072_876e-3, 0.013_057_25, 0.029_932_25]
  for (const [index, probability] of expected.entries()) {
    assert.ok(Math.abs((seen[index] ?? 0) / probability - 1) < 1e-5, `update ${index + 1}: ${seen[index]}, not ${probability}`)
  }
})

test('PIE: from 0.1 on it grows by 0.02 at most, and falls by a fiftieth while nothing waits', () => {
  const pie = new Pie({ limit }, new Random(1, 'pie'), { deliver: () => undefined, drop: () => undefined })
  let [now, largest] = [0, 0]
  for (; now < 20 * second; now += packetTime) {
    const before = pie.probability
    pie.enqueue(unmarked(), now)
    if (now % (5 * packetTime) === 0) pie.enqueue(unmarked(), now)
    // The link stands still for a while, so that the delay jumps.
    if (now < 15 * second || now > 15.05 * second) pie.dequeue(now)
    if (before >= 0.1) largest = Math.max(largest, pie.probability - before)
  }
  assert.ok(pie.probability > 0.1 && largest > 0.0199 && largest <= 0.02 + 1e-9, `${pie.probability} ${largest}`)
  while (pie.dequeue(now) !== undefined) now += 0.1 * ms
  pie.dequeue((now += 60 * ms))
  const before = pie.probability
  pie.dequeue(now + 45 * ms)
  const distance = 0.125 * 0.015
  const expected = [1, 2, 3].reduce((value) => (value - distance) * 0.98, before)
  assert.ok(before > 0.05 && Math.abs(pie.probability - expected) < 1e-9, `${before} ${pie.probability}`)
})

test('PIE: with two packets that wait nothing is dropped, however slow the link', () => {
  const slow = { ...linkWith({ kind: 'pie', limit }), rate: constant(100e3) }
  const { drops } = through(slow, [{ at: 0, size: 1500 }, { at: 0, size: 1500 }, ...steady(100e3, 120, { from: 1 })])
  assert.is(drops.length, 0)
})

test('PIE lets a short burst through, and does nothing while the delay is low', () => {
  assert.is(through(linkWith({ kind: 'pie', limit }), steady(2 * rate, 0.1)).drops.length, 0)
  assert.is(through(linkWith({ kind: 'pie', limit }), steady(0.9 * rate, 20)).drops.length, 0)
})

test('PIE marks while it would drop one in ten at most, and drops above', () => {
  const capable = (overload: number) => steady(rate * overload, 60).map((packet) => ({ ...packet, ecn: ECN.ECT0 }))
  const mild = through(linkWith({ kind: 'pie', limit, ecn: true }), capable(1.001))
  assert.ok(mild.marks.length > 0 && mild.drops.every(({ dropped }) => dropped !== 'limit'))
  const wild = through(linkWith({ kind: 'pie', limit, ecn: true }), capable(2))
  assert.ok(after(wild.drops, 30 * second).length > 1000)
})

test('PIE after a long time without packets starts as if it were new', () => {
  const again = steady(2 * rate, 0.1, { from: 3600 * second })
  const { drops } = through(linkWith({ kind: 'pie', limit }), [...steady(2 * rate, 10), ...again])
  assert.is(after(drops, 3600 * second).length, 0)
})

test('parameters with which a queue would stop time, or forget its state, are refused', () => {
  const red = { kind: 'red', limit, min: 20, max: 100 } as const
  const refused: QueueOptions[] = [
    // An average of no number: the time of a packet at a rate without end, and of an outage.
    { ...red, packetTime: 0 },
    { ...red, packetTime: Infinity },
    { kind: 'fq_codel', limit, quantum: 0 },
    { kind: 'fq_codel', limit, queues: 0 },
    { kind: 'fq_codel', limit, queues: 1.5 },
    { kind: 'pie', limit, update: 0 },
    { kind: 'pie', limit, update: NaN },
  ]
  for (const queue of refused) {
    assert.throws(() => through(linkWith(queue), []), (error: unknown) => error instanceof UsageError, JSON.stringify(queue))
  }
})

test.run()
