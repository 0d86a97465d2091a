import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ECN, Link, type LinkChange, type LinkOptions, type Packet, type RateOptions } from '../../../src/link-model/index.ts'
import { constant, ms, second } from './traffic.ts'

const test = suite('a link that changes')
const plain = (rate: RateOptions): LinkOptions => ({ rate, delay: 0, queue: { kind: 'droptail', limit: {} } })
type Event = { at: number } & ({ size: number } | { change: LinkChange })

/** When each of the packets that come, in order, leaves or is dropped, ms. */
function outcomes(options: LinkOptions, events: readonly Event[], origin = 0): { number: number; at: number; dropped?: string }[] {
  const seen: { number: number; at: number; dropped?: string }[] = []
  const link = new Link<Packet & { number: number }>(
    options,
    1,
    {
      deliver: ({ number }, at) => seen.push({ number, at: (at - origin) / ms }),
      drop: ({ number }, dropped, at) => seen.push({ number, at: (at - origin) / ms, dropped }),
    },
    origin,
  )
  let number = 0
  for (const event of events) {
    if ('change' in event) link.set(event.change, origin + event.at)
    else link.arrive({ number: number++, size: event.size, flow: 0, ecn: ECN.NOT_ECT, queuedAt: 0, leavesAt: 0 }, origin + event.at)
  }
  link.advance(Infinity)
  return seen
}
const times = (...given: Parameters<typeof outcomes>) => outcomes(...given).map(({ at }) => at)
const two = [{ at: 0, size: 1500 }, { at: 0, size: 1500 }]

test('a packet on the link goes on at the new rate with what is left of it', () => {
  // 1500 bytes take 1 ms at 12 Mbit/s and 2 ms at 6.
  const slower = [...two, { at: 0.5 * ms, change: { rate: constant(6e6) } }]
  assert.equal(times(plain(constant(12e6)), slower), [1.5, 3.5])
  const often = [...two, ...[1, 2, 3, 4, 5].map((count) => ({ at: count * 0.1 * ms, change: { rate: constant(12e6) } }))]
  for (const [index, time] of times(plain(constant(12e6)), often).entries()) assert.ok(Math.abs(time - index - 1) < 1e-9)
})

test('an outage holds what is on the link and what waits, and nothing is lost', () => {
  const outage = [...two, { at: 0.25 * ms, change: { rate: constant(0) } }, { at: 10 * ms, size: 1500 }]
  assert.equal(times(plain(constant(12e6)), outage), [])
  assert.equal(times(plain(constant(12e6)), [...outage, { at: 20 * ms, change: { rate: constant(12e6) } }]), [20.75, 21.75, 22.75])
  assert.equal(times(plain(constant(0)), [...two, { at: ms, change: { rate: constant(Infinity) } }]), [1, 1])
})

test('steps and traces begin when they are set, and at the origin', () => {
  const steps: RateOptions = { kind: 'steps', steps: [{ at: 0, rate: 12e6 }, { at: ms, rate: 6e6 }] }
  const trace: RateOptions = { kind: 'trace', text: '2\n5\n', file: 'x' }
  assert.equal(times(plain(constant(0)), [...two, { at: 7 * ms, change: { rate: steps } }]), [8, 10])
  assert.equal(times(plain(constant(0)), [...two, { at: 7 * ms, change: { rate: trace } }]), [9, 12])
  for (const origin of [0, 1_000_000_000 * ms]) {
    assert.equal(times(plain(steps), two, origin), [1, 3])
    assert.equal(times(plain(trace), two, origin), [2, 5])
    assert.equal(times(plain({ ...steps, period: 2 * ms }), [...two, ...two], origin), [1, 2.5, 4, 5])
  }
})

test('a trace that is replaced has sent what its moments before let through', () => {
  // Moments at 1 ms and 3 ms carry 1504 bytes each: of 3000, 1496 are left at 2 ms, and take 1 ms at 11.968 Mbit/s.
  const events = [{ at: 0, size: 3000 }, { at: 2 * ms, change: { rate: constant(11.968e6) } }]
  assert.equal(times(plain({ kind: 'trace', text: '1\n3\n', file: 'x' }), events), [3])
})

test('a limit that shrinks keeps what waits, and takes nothing more before there is room', () => {
  const burst = Array.from({ length: 6 }, () => ({ at: 0, size: 1500 }))
  const seen = outcomes(plain(constant(12e6)), [
    ...burst,
    { at: 0.5 * ms, change: { limit: { packets: 2 } } },
    { at: 2.5 * ms, size: 1500 },
    { at: 4.5 * ms, size: 1500 },
  ])
  assert.equal(seen.filter(({ dropped }) => dropped !== undefined).map(({ number }) => number), [6])
  assert.is(seen.length, 8)
})

test('another delay holds for what is sent from then on, and nothing overtakes', () => {
  const events = [...two, { at: 1.5 * ms, change: { delay: ms } }, { at: 30 * ms, size: 1500 }]
  assert.equal(times({ ...plain(constant(12e6)), delay: 20 * ms }, events), [21, 21, 32])
  const free = { ...plain(constant(12e6)), delay: 20 * ms, reorder: true }
  assert.equal(times(free, [...two, { at: 1.5 * ms, change: { delay: ms, reorder: false } }]), [21, 21])
})

test('loss, doubling and the policer can begin and end', () => {
  const each = Array.from({ length: 6 }, (_, index) => ({ at: index * 10 * ms, size: 1500 }))
  const lossy = (change: LinkChange, end: LinkChange): string[] => {
    const events: Event[] = [...each.slice(0, 2), { at: 15 * ms, change }, ...each.slice(2, 4), { at: 35 * ms, change: end }, ...each.slice(4)]
    return outcomes(plain(constant(12e6)), events).map(({ dropped = '' }) => dropped)
  }
  const none = { kind: 'independent', probability: 0 } as const
  assert.equal(lossy({ loss: { ...none, probability: 1 } }, { loss: none }), ['', '', 'loss', 'loss', '', ''])
  assert.equal(lossy({ policer: { rate: 8, burst: 1500 } }, { policer: { rate: 1e9, burst: 3000 } }), ['', '', '', 'policer', '', ''])
})

test('changed as it likes, each packet is told of once, in order, and never faster than the fastest rate', () => {
  const rates: fc.Arbitrary<RateOptions> = fc.oneof(
    fc.constantFrom(0, 1e6, 5e6, 10e6).map(constant),
    fc.constant<RateOptions>({ kind: 'steps', steps: [{ at: 0, rate: 10e6 }, { at: 0.7 * ms, rate: 0 }], period: 1.3 * ms }),
  )
  const change: fc.Arbitrary<LinkChange> = fc.record(
    { rate: rates, delay: fc.nat(5 * ms), limit: fc.record({ packets: fc.integer({ min: 1, max: 20 }) }), jitter: fc.constantFrom(0, ms) },
    { requiredKeys: [] },
  )
  const events = fc.array(fc.record({ gap: fc.nat(2 * ms), what: fc.oneof(fc.record({ size: fc.integer({ min: 40, max: 1500 }) }), fc.record({ change })) }), { maxLength: 80 })
  fc.assert(
    fc.property(events, (list) => {
      let at = 0
      const all: Event[] = list.map(({ gap, what }) => ({ at: (at += gap), ...what }))
      // Delays that change would hide when a packet left the link: they are left out where rates are looked at.
      const still = all.map((event) => ('change' in event ? { at: event.at, change: { rate: event.change.rate ?? constant(10e6) } } : event))
      const back: Event = { at: at + 100 * ms, change: { rate: constant(10e6) } }
      const sizes = all.flatMap((event) => ('size' in event ? [event.size] : []))
      for (const each of [all, still]) {
        const seen = outcomes(plain(constant(5e6)), [...each, back])
        assert.equal(seen.map(({ number }) => number).toSorted((a, b) => a - b), [...sizes.keys()])
        const delivered = seen.filter(({ dropped }) => dropped === undefined)
        assert.ok(delivered.every(({ number }, index) => index === 0 || number > (delivered[index - 1]?.number ?? 0)))
        if (each === all) continue
        for (const [index, { number, at: end }] of delivered.entries()) {
          const least = ((sizes[number] ?? 0) * 8e9) / 10e6 / ms
          assert.ok(end - (delivered[index - 1]?.at ?? 0) >= least - 1e-6, `${number}`)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('time goes on however short the steps are and however slow the link', () => {
  const slow: RateOptions = { kind: 'steps', steps: [{ at: 0, rate: 1 }, { at: 5, rate: 0 }], period: 10 }
  const [end = 0] = times(plain(slow), [{ at: 0, size: 1500 }])
  assert.ok(Math.abs(end / ((12_000 * 2 * second) / ms) - 1) < 1e-9, `${end}`)
})

test.run()
