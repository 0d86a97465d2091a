import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DirectionQdiscs, planNetem } from '../../../src/emulator/netem/plan.ts'
import { UsageError } from '../../../src/errors/index.ts'
import { Link } from '../../../src/link-model/index.ts'
import { type PathInput, pathOf } from '../../../src/spec/index.ts'

const test = suite('a path by qdiscs of the kernel')

const frame = 1514
const around = { rate: '100mbit', rtt: '20ms' }

function right(input: PathInput): DirectionQdiscs {
  const [plan] = planNetem(pathOf(input))
  assert.ok(plan)
  return plan.right
}

const disciplineOf = (queue: PathInput['queue']) => right({ ...around, queue }).discipline

test('the delay is apart from the queue, and behind it, with the rate once more', () => {
  const { chance, bottleneck, discipline, line } = right({ ...around, loss: '1%', duplicate: 0.5, queue: { limit: '20p' } })
  assert.equal(chance, { kind: 'netem', limit: 0x7fff_ffff, rate: 1e15, duplicate: 0.5, loss: { kind: 'independent', probability: 0.01 } })
  // A tagged frame, and what the link sends in 250 µs.
  assert.equal(bottleneck, { kind: 'tbf', rate: 100e6, burst: frame + 4 + 3125, limit: 20 })
  assert.equal(discipline, { kind: 'pfifo', limit: 20 })
  assert.equal(line, { kind: 'netem', limit: 0x7fff_ffff, delay: 10e6, rate: 100e6 })
})

test('disciplines: sizes are counted as the kernel counts them, in frames of the largest size where they differ', () => {
  assert.equal(disciplineOf({ limit: '1bdp' }), { kind: 'bfifo', limit: 250_000 })
  assert.equal(strip(disciplineOf({ limit: '20p', codel: { target: '4ms' }, ecn: true })), { kind: 'codel', limit: 20, target: 4e6, ecn: true })
  assert.equal(strip(disciplineOf({ limit: '100kb', fq_codel: { queues: 8 } })), { kind: 'fq_codel', limit: 66, quantum: 1514, ecn: true, flows: 8 })
  assert.equal(strip(disciplineOf({ limit: '20p', pie: { alpha: 0.25, beta: 2 } })), { kind: 'pie', limit: 20, alpha: 4, beta: 32 })
  const red = strip(disciplineOf({ limit: '60p', ecn: true, red: { min: '10p', max: '30p', gentle: false } }))
  // Half of (1 - 1/512)^n is at n = 354.5, of packets that take 121.12 µs each.
  assert.ok('halving' in red && Math.abs(Number(red.halving) - 354.5 * 121.12) < 30)
  const halving = 0
  assert.equal({ ...red, halving }, { kind: 'red', limit: 60 * frame, min: 10 * frame, max: 30 * frame, probability: 0.1, weightLog: 9, halving, ecn: 'hard' })
})

test('a step marks by RED without an average, or by CoDel without a target', () => {
  const min = 20 * frame + 1
  const step = { kind: 'red', limit: 60 * frame, min, max: min + 1, probability: 1, weightLog: 0, halving: 0, ecn: 'only' }
  assert.equal(disciplineOf({ limit: '60p', ecn: { step: '20p' } }), step)
  assert.equal(disciplineOf({ limit: '60p', ecn: { step: '30280' } }), step)
  assert.equal(disciplineOf({ limit: '60p', ecn: { step: '1ms' } }), { kind: 'codel', limit: 60, target: 1000e9, interval: 1000e9, markAfter: 1e6 })
})

const strip = (value: object): object => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))

const refusals: Record<string, PathInput> = {
  'rate: netem has one rate, and no steps': { ...around, rate: { steps: [{ at: '0s', rate: '1mbit' }] }, queue: { limit: '9p' } },
  'policer: ': { ...around, policer: { rate: '1mbit', burst: '2kb' } },
  'mark: ': { ...around, mark: '1%' },
  'loss.every: ': { ...around, loss: { every: 100 } },
  'jitter: ': { ...around, jitter: '1ms' },
  'jitter.distribution: ': { ...around, jitter: { amount: '1ms', reorder: true, distribution: 'normal' } },
  'queue.red.gentle: ': { ...around, queue: { limit: '60p', red: { min: '10p', max: '30p' } } },
  'queue.red.weight: ': { ...around, queue: { limit: '60p', red: { min: '10p', max: '30p', gentle: false, weight: 0.003 } } },
  'queue.pie.burst: ': { ...around, queue: { limit: '60p', pie: { burst: '1s' } } },
  'queue.pie.alpha: ': { ...around, queue: { limit: '60p', pie: { alpha: 0.1 } } },
  'reverse.mark: ': { ...around, reverse: { mark: '1%' } },
}

for (const [start, input] of Object.entries(refusals)) {
  test(`what netem cannot do is refused by its key: ${start}`, () => {
    const found = thrownBy(() => planNetem(pathOf(input)))
    assert.instance(found, UsageError)
    assert.ok(String(found).includes(`: ${start}`), String(found))
  })
}

test('of two links the key says which', () => {
  const links = [{ rate: '1mbit', rtt: '2ms' }, { ...around, mark: '1%' }]
  assert.match(String(thrownBy(() => planNetem(pathOf({ links })))), /: links\[1\]\.mark: /)
})

function thrownBy(action: () => void): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}

/** When packets that come at some times leave, by net/sched/sch_tbf.c with timers that are never late, then sch_netem.c. */
function qdiscTimes({ bottleneck, line }: DirectionQdiscs, packets: readonly { at: number; size: number }[]): number[] {
  const nsOf = (bytes: number) => (bytes * 8e9) / bottleneck.rate
  const bucket = nsOf(bottleneck.burst)
  let tokens = bucket
  let filledAt = 0
  let lastSent = 0
  return packets.map(({ at, size }) => {
    const from = Math.max(at, filledAt)
    const left = Math.min(bucket, tokens + from - filledAt)
    const released = from + Math.max(0, nsOf(size) - left)
    tokens = Math.min(bucket, tokens + released - filledAt) - nsOf(size)
    filledAt = released
    const { delay = 0 } = line
    // With a packet before it there, netem counts from when that is sent.
    lastSent = Math.max(released + delay, lastSent > released ? Math.max(lastSent, released + delay) : 0) + nsOf(size)
    return lastSent
  })
}

test('packets leave when those of the model do, whatever their sizes and times', () => {
  const gap = fc.integer({ min: 0, max: 3_000_000 })
  const size = fc.integer({ min: 60, max: frame })
  fc.assert(
    fc.property(fc.array(fc.tuple(gap, size), { minLength: 1, maxLength: 60 }), (list) => {
      const path = pathOf({ rate: '10mbit', rtt: '20ms', queue: { limit: '1000p' } })
      const [link] = path.links
      assert.ok(link)
      let now = 0
      const packets = list.map(([wait, bytes]) => ({ at: (now += wait), size: bytes }))
      const left: number[] = []
      const model = new Link({ ...link.right }, 1, { deliver: (_, at) => void left.push(at), drop: () => assert.unreachable() })
      for (const { at, size: bytes } of packets) model.arrive({ size: bytes, flow: 1, ecn: 0, queuedAt: 0, leavesAt: 0 }, at)
      model.advance(Infinity)
      const [plan] = planNetem(path)
      assert.ok(plan)
      const times = qdiscTimes(plan.right, packets)
      for (const [index, at] of left.entries()) assert.ok(Math.abs(at - (times[index] ?? 0)) < 10, `packet ${index}: ${at}, ${times[index]}`)
    }),
  )
})

test.run()
