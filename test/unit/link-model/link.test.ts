import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ECN, Link, type LinkOptions, meanLoss, type Packet, type QueueOptions } from '../../../src/link-model/index.ts'
import { constant, ms, second, steady, through } from './traffic.ts'

const test = suite('a link')
const plain = (rate: number, delay = 0, packets = Infinity): LinkOptions => ({
  rate: constant(rate),
  delay,
  queue: { kind: 'droptail', limit: { packets } },
})

test('a packet takes its time on the link and its delay', () => {
  const { delivered } = through(plain(12e6, 10 * ms), [{ at: 0, size: 1500 }, { at: 0, size: 1500 }, { at: 50 * ms, size: 750 }])
  assert.equal(delivered.map(({ at }) => at / ms), [11, 12, 60.5])
})

test('it sends at its rate however much comes, and the queue holds what it may', () => {
  const { delivered, drops } = through(plain(10e6, 0, 20), steady(20e6, 1))
  const last = delivered.at(-1)?.at ?? 0
  assert.is(Math.round((delivered.length * 1500 * 8e9) / last), 10e6)
  // 20 wait and one is on the link: the last one waits for 20 others and the rest of the one before them.
  const longest = Math.max(...delivered.map(({ delay }) => delay))
  assert.ok(longest <= 21 * 1.2 * ms && longest > 20 * 1.2 * ms, `${longest}`)
  assert.ok(drops.every(({ dropped }) => dropped === 'limit'))
})

test('a limit in bytes', () => {
  const options: LinkOptions = { ...plain(12e6), queue: { kind: 'droptail', limit: { bytes: 3000 } } }
  const arrivals = [1500, 1500, 1000, 600, 500].map((size) => ({ at: 0, size }))
  assert.equal(through(options, arrivals).drops.map(({ number }) => number), [3])
})

test('jitter in order: no packet comes before the one before it; out of order some do', () => {
  const arrivals = steady(10e6, 2)
  for (const distribution of ['uniform', 'normal'] as const) {
    const options = { ...plain(Infinity, 20 * ms), jitter: 5 * ms, distribution }
    const inOrder = through(options, arrivals).delivered
    assert.ok(inOrder.every(({ number }, index) => number === index))
    const free = through({ ...options, reorder: true }, arrivals).delivered
    assert.ok(free.some(({ number }, index) => number !== index))
    const mean = free.reduce((sum, { delay }) => sum + delay, 0) / free.length
    assert.ok(Math.abs(mean - 20 * ms) < 0.5 * ms, `${mean}`)
    if (distribution === 'uniform') assert.ok(free.every(({ delay }) => delay >= 15 * ms && delay <= 25 * ms))
  }
})

test('loss in bursts: as much in all, and bursts as long, as the chain says', () => {
  const loss = { kind: 'bursts', toBad: 0.01, toGood: 0.25 } as const
  const arrivals = Array.from({ length: 1_000_000 }, (_, index) => ({ at: index * 1000, size: 100 }))
  const { drops } = through({ ...plain(Infinity), loss }, arrivals, 5)
  assert.ok(Math.abs(drops.length / 1e6 - meanLoss(loss)) < 0.001, `${drops.length}`)
  const bursts = drops.filter(({ number }, index) => drops[index - 1]?.number !== number - 1).length
  assert.ok(Math.abs(drops.length / bursts - 4) < 0.1, `${drops.length / bursts}`)
})

test('what is lost is the same whatever the queue and the jitter do', () => {
  const lost = (options: Partial<LinkOptions>) =>
    through({ ...plain(100e6), loss: { kind: 'independent', probability: 0.05 }, ...options }, steady(10e6, 1), 9)
      .drops.filter(({ dropped }) => dropped === 'loss')
      .map(({ number }) => number)
  const other: QueueOptions = { kind: 'pie', limit: { packets: 10 } }
  assert.equal(lost({}), lost({ queue: other, jitter: ms, delay: 5 * ms, rate: constant(5e6) }))
})

test('packets that come twice', () => {
  const { delivered } = through({ ...plain(100e6), duplicate: 0.1 }, steady(10e6, 10), 3)
  const numbers = new Set(delivered.map(({ number }) => number))
  assert.is(numbers.size, steady(10e6, 10).length)
  const twice = (delivered.length - numbers.size) / numbers.size
  assert.ok(Math.abs(twice - 0.1) < 0.0085, `${twice}`)
})

test('the policer lets its rate and its burst through, and drops at once', () => {
  const options = { ...plain(100e6), policer: { rate: 5e6, burst: 15_000 } }
  const { delivered, drops } = through(options, steady(10e6, 2))
  assert.equal(delivered.slice(0, 10).map(({ number }) => number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.ok(drops.every(({ dropped, delay }) => dropped === 'policer' && delay === 0))
  const bytes = delivered.length * 1500
  assert.ok(Math.abs(bytes - (2 * 5e6) / 8 - 15_000) <= 3000, `${bytes}`)
})

const limit = { packets: 30 }
const disciplines: QueueOptions[] = [
  { kind: 'droptail', limit },
  { kind: 'step', limit, packets: 5 },
  { kind: 'red', limit, min: 3, max: 9, packetTime: ms, ecn: true },
  { kind: 'codel', limit, target: 2 * ms, interval: 20 * ms, ecn: true },
  { kind: 'codel', limit, target: 2 * ms, interval: 20 * ms },
  { kind: 'fq_codel', limit, target: 2 * ms, interval: 20 * ms, queues: 4 },
  { kind: 'pie', limit, target: 2 * ms, burst: 10 * ms, ecn: true },
]

const anyArrivals = fc
  .array(fc.record({ gap: fc.nat(2 * ms), size: fc.integer({ min: 40, max: 1514 }), flow: fc.nat(5), ecn: fc.constantFrom(0, 1, 2, 3) }), { maxLength: 300 })
  .map((list) => {
    let at = 0
    return list.map(({ gap, ...rest }) => ({ at: (at += gap), ...rest }))
  })

test('every packet is told of once, and looking more often changes nothing', () => {
  const moments = fc.array(fc.nat(600 * ms), { maxLength: 50 }).map((list) => list.toSorted((a, b) => a - b))
  fc.assert(
    fc.property(fc.constantFrom(...disciplines), anyArrivals, moments, fc.nat(), fc.boolean(), (queue, arrivals, ask, seed, reorder) => {
      const options = (): LinkOptions => ({
        rate: seed % 2 === 0 ? constant(8e6) : { kind: 'trace', text: '1\n2\n2\n4\n', file: 'x' },
        queue,
        delay: 3 * ms,
        jitter: ms,
        reorder,
        loss: { kind: 'bursts', toBad: 0.05, toGood: 0.5 },
      })
      const seen = through(options(), arrivals, seed)
      assert.equal(seen.outcomes.map(({ number }) => number).toSorted((a, b) => a - b), [...arrivals.keys()])
      assert.equal(through(options(), arrivals, seed, ask), seen)
      assert.ok(seen.outcomes.every(({ at }, index) => at >= (seen.outcomes[index - 1]?.at ?? 0)))
      // Only who says that it understands marks gets one.
      assert.ok(seen.marks.every(({ number }) => (arrivals[number]?.ecn ?? 0) !== ECN.NOT_ECT))
      assert.ok(seen.delivered.every(({ number, ecn }) => ecn === ECN.CE || ecn === arrivals[number]?.ecn))
    }),
    { numRuns: 400 },
  )
})

test('the rate may change while it runs', () => {
  const { delivered } = through({ ...plain(Infinity), rate: { kind: 'steps', steps: [{ at: 0, rate: 10e6 }, { at: second, rate: 5e6 }] } }, steady(20e6, 3))
  const within = (from: number, to: number) => delivered.filter(({ at }) => at >= from && at < to).length
  assert.is(within(0, second), 833)
  assert.ok(Math.abs(within(second, 2 * second) - 416) <= 1)
})

test('it sends whenever something waits, in order, and never faster than its rate', () => {
  const gaps = fc.array(fc.record({ gap: fc.nat(3 * ms), size: fc.integer({ min: 40, max: 1514 }) }), { maxLength: 200 })
  fc.assert(
    fc.property(gaps, (list) => {
      let [at, free] = [0, 0]
      const arrivals = list.map(({ gap, size }) => ({ at: (at += gap), size }))
      const { delivered } = through(plain(8e6, 5 * ms), arrivals)
      assert.is(delivered.length, list.length)
      for (const [index, arrival] of arrivals.entries()) {
        free = Math.max(free, arrival.at) + arrival.size * 1000
        assert.is(delivered[index]?.number, index)
        assert.ok(Math.abs((delivered[index]?.at ?? 0) - free - 5 * ms) < 0.01)
      }
    }),
    { numRuns: 200 },
  )
})

test('whatever the discipline, something is on the link whenever something waits, in packets and bytes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...disciplines), anyArrivals, (queue, arrivals) => {
      let [packets, bytes] = [0, 0]
      const gone = ({ size }: Packet) => {
        packets -= 1
        bytes -= size
      }
      const link = new Link<Packet>({ ...plain(8e6), queue }, 1, { deliver: gone, drop: gone })
      for (const { at, ...rest } of arrivals) {
        packets += 1
        bytes += rest.size
        link.arrive({ ...rest, queuedAt: 0, leavesAt: 0 }, at)
        const { queued } = link
        assert.is(link.packets, packets)
        assert.ok(packets === 0 ? link.next === Infinity : link.next > at && link.next <= at + 1514 * 1000)
        assert.is(queued.packets, Math.max(0, packets - 1))
        assert.ok(bytes - queued.bytes <= 1514 && queued.packets <= limit.packets)
      }
      link.advance(Infinity)
      assert.equal([packets, bytes, link.packets, link.queued.bytes], [0, 0, 0, 0])
    }),
    { numRuns: 300 },
  )
})

test('options are plain data', () => {
  const options: LinkOptions = { ...plain(10e6, ms), rate: { kind: 'trace', text: '1\n3\n', file: 'x' }, queue: disciplines[5] ?? { kind: 'droptail', limit } }
  assert.equal(structuredClone(options), options)
  assert.equal(through(structuredClone(options), steady(20e6, 1)), through(options, steady(20e6, 1)))
})

test.run()
