import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ObjectError, UsageError } from '../../../src/errors/index.ts'
import { ECN, Link, type LinkOptions, type Packet, packetsHeld } from '../../../src/link-model/index.ts'
import { type PathInput, pathOf, readPath, type ResolvedPath } from '../../../src/spec/index.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('paths')
const ms = 1e6
const read = (path: string): ResolvedPath => readPath({ text: `path: ${path}`, file: 'lab.yaml' })
const linkOf = (path: string) => {
  const [link] = read(path).links
  if (link === undefined) throw new Error('no link')
  return link
}
const right = (path: string): LinkOptions => linkOf(path).right
const queueOf = (queue: string): LinkOptions['queue'] => right(`{ rate: 100mbit, rtt: 10ms, queue: ${queue} }`).queue

test('the form of the issue', () => {
  assert.equal(read('{ rate: 100mbit, rtt: 10ms, queue: { limit: 1bdp, ecn: { step: 20p } } }'), {
    segments: [{ role: 'clients', hosts: 1 }, { role: 'servers', hosts: 1 }],
    links: [
      {
        right: { rate: { kind: 'constant', rate: 100e6 }, delay: 5 * ms, queue: { kind: 'step', limit: { bytes: 125_000 }, packets: 20 } },
        left: { rate: { kind: 'constant', rate: 100e6 }, delay: 5 * ms, queue: { kind: 'droptail', limit: { packets: 1000 } } },
      },
    ],
    mtu: 1500,
    seed: 1,
  })
})

test('a program says it in the same words, and it is plain data', () => {
  const input: PathInput = { rate: '100mbit', rtt: '10ms', loss: { bursts: { toBad: '1%', toGood: 0.25 } }, queue: { limit: '20p', fq_codel: null } }
  const path = pathOf(input)
  assert.equal(path, read(JSON.stringify(input)))
  assert.equal(structuredClone(path), path)
  assert.throws(() => pathOf({ rate: '100mbit' }), (error: unknown) => error instanceof UsageError)
})

test('delays: a round trip in two halves, or one for each direction', () => {
  const delays = (path: string) => Object.values(linkOf(`{ rate: 1mbit, ${path} }`)).map(({ delay }: LinkOptions) => delay / ms)
  assert.equal(delays('rtt: 30ms'), [15, 15])
  assert.equal(delays('delay: 5ms'), [5, 5])
  assert.equal(delays('delay: 5ms, reverse: { delay: 7ms }'), [5, 7])
  assert.equal(delays('rtt: 0'), [0, 0])
})

test('bandwidth × delay is of that direction, with both delays, and a packet at least', () => {
  const limits = (path: string) => Object.values(linkOf(path)).map(({ queue }: LinkOptions) => queue.limit)
  assert.equal(limits('{ rate: 80mbit, delay: 5ms, queue: { limit: 2bdp }, reverse: { rate: 8mbit, delay: 15ms, queue: { limit: 1bdp } } }'), [{ bytes: 400_000 }, { bytes: 20_000 }])
  assert.equal(limits('{ rate: 1mbit, rtt: 0 }'), [{ bytes: 1514 }, { packets: 1000 }])
  // Where it is more than 1000 packets, the other direction has room for its own.
  assert.equal(limits('{ rate: 10gbit, rtt: 10ms }')[1], { packets: Math.ceil(12_500_000 / 1514) })
  const steps = '{ every: 4s, steps: [{ at: 0s, rate: 8mbit }, { at: 1s, rate: 80mbit }] }'
  assert.equal(limits(`{ rate: ${steps}, rtt: 10ms }`)[0], { bytes: 100_000 })
})

test('a trace lies beside the file that names it, and lets a full packet through with each line', () => {
  using place = temporaryDirectory()
  mkdirSync(join(place.path, 'traces'))
  writeFileSync(join(place.path, 'traces/x.up'), '1\n2\n')
  const file = join(place.path, 'lab.yaml')
  const path = readPath({ text: 'path: { rate: { trace: traces/x.up }, rtt: 0 }', file })
  const seen: number[] = []
  const options = path.links[0]?.right
  if (options === undefined) throw new Error('no link')
  const link = new Link<Packet>(options, 1, { deliver: (_packet, at) => seen.push(at / ms), drop: () => undefined })
  for (let count = 0; count < 2; count += 1) link.arrive({ size: 1514, flow: 0, ecn: ECN.NOT_ECT, queuedAt: 0, leavesAt: 0 }, 0)
  link.advance(Infinity)
  assert.equal(seen, [1, 2])
  const fails = (name: string, message: RegExp) =>
    assert.throws(() => readPath({ text: `path: { rate: { trace: ${name} }, rtt: 0 }`, file }), (error: unknown) => error instanceof ObjectError && message.test(error.message))
  fails('none', /none: expected a trace, which .*lab\.yaml names: ENOENT/)
  fails('traces', /traces: expected a trace, .*: a file of no more than 64 MiB/)
  fails('/dev/zero', /zero: expected a trace/)
  writeFileSync(join(place.path, 'bad'), '1\nx\n')
  fails('bad', /^bad: line 2: a whole number of ms$/)
})

test('queues', () => {
  const limit = { bytes: 125_000 }
  assert.equal(queueOf('{ droptail, limit: 30p }'), { kind: 'droptail', limit: { packets: 30 } })
  assert.equal(queueOf('{ ecn: false }'), { kind: 'droptail', limit })
  assert.equal(queueOf('{ ecn: { step: 1ms } }'), { kind: 'step', limit, delay: ms })
  assert.equal(queueOf('{ ecn: { step: 0.5bdp } }'), { kind: 'step', limit, bytes: 62_500 })
  assert.equal(queueOf('{ codel, ecn: true }'), { kind: 'codel', limit, ecn: true })
  assert.equal(queueOf('{ codel: { target: 1ms } }'), { kind: 'codel', limit, target: ms })
  assert.equal(queueOf('{ fq_codel: { queues: 8 } }'), { kind: 'fq_codel', limit, ecn: true, queues: 8 })
  assert.equal(queueOf('{ fq_codel, ecn: false }'), { kind: 'fq_codel', limit, ecn: false })
  assert.equal(queueOf('{ pie: { alpha: 1 } }'), { kind: 'pie', limit, alpha: 1 })
  assert.equal(queueOf('{ red: { min: 15140, max: 60p, probability: 5% } }'), { kind: 'red', limit, min: 10, max: 60, packetTime: 121_120, maxProbability: 0.05 })
})

test('every discipline that a path can have is one that a link takes', () => {
  for (const queue of ['droptail', 'codel', 'fq_codel', 'pie', 'red: { min: 5p, max: 15p }', 'ecn: { step: 20p }']) {
    const options = right(`{ rate: 10mbit, rtt: 100ms, queue: { limit: 1bdp, ${queue} }, mark: 1%, loss: { every: 9 }, duplicate: 1%, policer: { rate: 9mbit, burst: 64kb }, jitter: { amount: 1ms, reorder: true } }`)
    let ends = 0
    const link = new Link<Packet>(options, 1, { deliver: () => (ends += 1), drop: () => (ends += 1) })
    for (let count = 0; count < 100; count += 1) link.arrive({ size: 1514, flow: 0, ecn: ECN.NOT_ECT, queuedAt: 0, leavesAt: 0 }, count * ms)
    link.advance(Infinity)
    assert.is(ends, 100, queue)
  }
})

test('a parking lot', () => {
  const links = '[{ rate: 10mbit, rtt: 10ms }, { rate: 5mbit, rtt: 20ms }]'
  assert.equal(read(`{ clients: 2, middle: 3, servers: 4, links: ${links} }`).segments, [
    { role: 'clients', hosts: 2 },
    { role: 'middle', hosts: 3 },
    { role: 'servers', hosts: 4 },
  ])
  assert.equal(read(`{ topology: parkingLot, links: ${links} }`).links.map(({ left }) => left.delay / ms), [5, 10])
})

test('what cannot be is told with its place', () => {
  const cases: [path: string, message: RegExp][] = [
    ['{ rate: 0, rtt: 1ms }', /column 15, path\.rate: expected more than 0/],
    ['{ rtt: 1ms }', /column 7, path: expected rate: 100mbit, or links$/],
    ['{ rate: 1mbit }', /column 7, path: expected rtt: 10ms, or delay/],
    ['{ rate: 1mbit, rtt: -1ms }', /path\.rtt: expected a time such as 20ms.*not "-1ms"/],
    ['{ rate: 1mbit, rtt: 1ms, delay: 1ms }', /path\.rtt: expected either rtt or delay/],
    ['{ rate: 1mbit, rtt: 1ms, reverse: { delay: 1ms } }', /path\.rtt: expected either rtt or reverse\.delay/],
    ['{ rate: 1mbit, rtt: 1ms, reverse: { rtt: 1ms } }', /path\.reverse\.rtt: unknown key/],
    ['{ rate: 1mbit, rtt: 1ms, jitter: 1ms }', /path\.jitter: expected no more than the delay, which is 500us/],
    ['{ rate: 1mbit, rtt: 1ms, loss: 101% }', /path\.loss: expected a probability/],
    ['{ rate: 1mbit, rtt: 1ms, loss: {} }', /path\.loss: expected one of every, bursts, and here is none of them/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { limit: 0p } }', /path\.queue\.limit: expected more than 0/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { limit: 100 } }', /path\.queue\.limit: expected room for a packet of 1514 bytes .*write 100p/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { limit: 1.5p } }', /whole number of packets/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { limit: 20p, ecn: { step: 20p } } }', /path\.queue\.ecn\.step: a step at 20p marks nothing: the queue holds 20 packets/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { ecn: true } }', /path\.queue\.ecn: expected where to mark from/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { codel, ecn: { step: 2p } } }', /path\.queue\.ecn: expected true or false: codel has no step/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { codel, pie } }', /path\.queue: expected one discipline, not codel and pie/],
    ['{ rate: 1mbit, rtt: 1ms, queue: { red } }', /path\.queue\.red: expected its thresholds/],
    ['{ rate: 1mbit, rtt: 1s, queue: { red: { min: 9p, max: 5p } } }', /path\.queue\.red\.max: expected more than min, which is 9p/],
    ['{ rate: 1mbit, rtt: 1s, queue: { limit: 9p, red: { min: 5p, max: 10p } } }', /red\.max: expected no more than the limit/],
    ['{ rate: 1mbit, rtt: 1s, queue: { codel: { target: 100ms } } }', /codel\.target: expected less than the interval/],
    ['{ rate: 1mbit, rtt: 1ms, policer: { rate: 1mbit, burst: 1kb } }', /policer\.burst: expected 1514 or more/],
    ['{ rate: { steps: [{ at: 1s, rate: 1mbit }] }, rtt: 1ms }', /path\.rate\.steps: the first step of a rate is at time 0/],
    ['{ rate: { steps: [{ at: 0, rate: 0 }], every: 1s }, rtt: 1ms }', /always 0/],
    ['{ rate: { every: 1s }, rtt: 1ms }', /path\.rate: expected one of steps, trace/],
    ['{ rate: 1mbit, rtt: 1ms, mtu: 100 }', /path\.mtu: expected a whole number of bytes from 576 to 9000/],
    ['{ rate: 1mbit, rtt: 1ms, clients: 0 }', /path\.clients: expected 1 or more, not 0/],
    ['{ rate: 1mbit, rtt: 1ms, topology: parkingLot }', /path\.topology: a parking lot has two links/],
    ['{ rate: 1mbit, rtt: 1ms, middle: 2 }', /path\.middle: only a parking lot/],
    ['{ links: [{ rate: 1mbit, rtt: 1ms }] }', /path\.links: expected two links/],
    ['{ rtt: 1ms, links: [{ rate: 1mbit, rtt: 1ms }, { rate: 1mbit, rtt: 1ms }] }', /path\.rtt: with links, each/],
    ['{ links: [{ rate: 1mbit, rtt: 1ms }, { rate: 0, rtt: 1ms }] }', /column 52, path\.links\[1\]\.rate: expected more than 0/],
  ]
  for (const [path, message] of cases) {
    assert.throws(() => read(path), (error: unknown) => error instanceof ObjectError && error.message.startsWith('lab.yaml: line 1, column ') && message.test(error.message), path)
  }
})

test('no path holds more packets than it says, in both directions at once', () => {
  for (const path of [
    '{ rate: 100mbit, rtt: 20ms, queue: { limit: 1bdp } }',
    '{ rate: 100mbit, rtt: 20ms, queue: { limit: 50p, fq_codel }, reverse: { queue: { limit: 30p } } }',
    '{ rate: 10mbit, delay: 50ms, jitter: { amount: 20ms, reorder: true }, queue: { limit: 64kb }, reverse: { rate: 1mbit, delay: 1ms } }',
    '{ rate: { every: 20ms, steps: [{ at: 0s, rate: 200mbit }, { at: 10ms, rate: 0 }] }, rtt: 30ms, queue: { limit: 20p } }',
  ]) {
    const resolved = read(path)
    const needed = resolved.links.reduce((sum, link) => sum + packetsHeld(link, 1514), 0)
    let most = 0
    const ends = { deliver: () => undefined, drop: () => undefined }
    const links = resolved.links.flatMap((link) => [link.right, link.left]).map((options, seed) => new Link<Packet>(options, seed, ends))
    for (let at = 0; at < 200 * ms; at += 0.05 * ms) {
      for (const link of links) link.arrive({ size: 1514, flow: 0, ecn: ECN.NOT_ECT, queuedAt: 0, leavesAt: 0 }, at)
      most = Math.max(most, links.reduce((sum, link) => sum + link.packets, 0))
    }
    // The queue for ACKs counts packets: it is full here as well.
    assert.ok(most <= needed && most > needed * 0.8, `${path}: ${most} of ${needed}`)
  }
})

test.run()
