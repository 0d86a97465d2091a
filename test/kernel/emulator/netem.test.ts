import * as assert from 'uvu/assert'
import { payloadOf } from '../../../src/emulator/certify/frames.ts'
import { Prober } from '../../../src/emulator/certify/probes/prober.ts'
import { certifyPath, type Forwarding, openPath, type Path, type PathStatistics } from '../../../src/emulator/index.ts'
import type { Direction } from '../../../src/emulator/plan.ts'
import { type PathInput, pathOf } from '../../../src/spec/index.ts'
import { type Host, percentile } from '../../../src/testbed/index.ts'
import { machineLock } from '../../support/machine-lock.ts'
import { needs, suite } from '../../support/needs.ts'

/**
 * The same path by our emulator and by the kernel's own qdiscs: what comes out of each queue for the same packets, and
 * what TCP makes of it. The counters of each are checked against what the ends have seen.
 */
const test = suite('netem and the emulator', [needs.root, needs.netem])

const rate = 5e6
const frame = 1514
/** How much more than the link takes is offered, and for how long. */
const overload = 1.2
const seconds = 2.5
/** ECN fields. CoDel's queue would overflow with what it marks, for which Linux then marks more than RFC 8290 says. */
const [notEct, ect0] = [0, 2]

const input: PathInput = {
  links: [
    {
      rate,
      delay: '10ms',
      queue: { limit: '20p' },
      reverse: { delay: '20ms', queue: { limit: '100p', fq_codel: { queues: 64 } } },
    },
    {
      rate,
      delay: '5ms',
      queue: { limit: '60p', ecn: true, red: { min: '5p', max: '25p', weight: 2 ** -7, gentle: false } },
      reverse: { delay: '15ms', loss: '2%', queue: { limit: '60p', ecn: { step: '15ms' } } },
    },
  ],
}

interface Place {
  link: number
  direction: Direction
}

interface Offer extends Place {
  ecn: number
}

const queues = {
  droptail: { link: 0, direction: 'right', ecn: notEct },
  fq_codel: { link: 0, direction: 'left', ecn: notEct },
  red: { link: 1, direction: 'right', ecn: ect0 },
  'a step, and loss': { link: 1, direction: 'left', ecn: ect0 },
} as const satisfies Record<string, Offer>

/** What became of packets. */
interface Passed {
  lost: number
  marked: number
  /** Median of those that came, ms. */
  delay: number
}

interface Sent {
  goodput: number
  /** Median of the kernel's smoothed round trip, ms. */
  rtt: number
  dropped: number
  marked: number
}

type Found = Record<keyof typeof queues | 'a slower link', Passed> &
  Record<'TCP and droptail' | 'TCP and fq_codel', Sent>

const ways = ['emulator', 'netem'] as const satisfies readonly Forwarding[]
const found = new Map<Forwarding, Found>()

for (const way of ways) {
  test(`${way}: what is lost, dropped and marked is counted`, async () => {
    await using _ = await machineLock('traffic')
    await using prober = new Prober()
    await using path = await openPath(pathOf(input), { with: way, sysctls: { 'net.ipv4.tcp_ecn': '1' } })
    const [client, middle] = [...path.clients, ...path.of('middle')]
    assert.ok(client && middle)
    const offer = (queue: keyof typeof queues, bitsPerSecond = rate): Promise<Passed> =>
      offered(path, prober, { ...queues[queue], rate: bitsPerSecond })
    const passed = {
      droptail: await offer('droptail'),
      fq_codel: await offer('fq_codel'),
      // After the kernel's RED has dropped much it goes on for as long as few packets come: so it is not asked twice.
      red: await offer('red'),
      'a step, and loss': await offer('a step, and loss'),
    }
    const sent = {
      'TCP and droptail': await transferred(path, queues.droptail, { from: client, to: middle, flows: 1 }),
      'TCP and fq_codel': await transferred(path, queues.fq_codel, { from: middle, to: client, flows: 2 }),
    }
    if (way === 'netem') await checkCertificate(path)
    await path.set(queues.droptail, { rate: { kind: 'constant', rate: rate / 2 }, delay: 30e6 })
    await path.set(queues.fq_codel, { limit: { packets: 50 } })
    found.set(way, { ...passed, ...sent, 'a slower link': await offer('droptail', rate / 2) })
  })
}

/** Offers packets of the full size to one direction of a link, evenly and faster than it sends. */
async function offered(path: Path<PathStatistics>, prober: Prober, offer: Offer & { rate: number }): Promise<Passed> {
  const { link, direction, ecn, rate: bitsPerSecond } = offer
  const [from, to] = direction === 'right' ? [link, link + 1] : [link + 1, link]
  const perSecond = (bitsPerSecond / 8 / frame) * overload
  const count = Math.round(perSecond * seconds)
  const before = await countersOf(path, offer)
  const schedule = { kind: 'paced', count, perSecond, first: 1, burst: 4 } as const
  const ends = { from: endIn(path, from), to: endIn(path, to) }
  const probes = { payload: payloadOf(frame), ecn, schedule, patience: 1e9, stamps: true }
  const { sentAt, arrivals } = await prober.probe({ ...ends, ...probes })
  const after = await countersOf(path, offer)
  const came = arrivals.number.length
  const marked = arrivals.ecn.filter((field) => field === 3).length
  const delays = [...arrivals.number]
    .map((number, index) => (arrivals.at[index] ?? Number.NaN) - (sentAt[number] ?? Number.NaN))
    .filter((delay) => !Number.isNaN(delay))
    .toSorted((a, b) => a - b)
  // Hosts tell of their multicast groups at times, and nobody else sends.
  const others = 5
  const isCounted = (what: string, counted: number, seen: number): void =>
    assert.ok(counted >= seen && counted <= seen + others, `${what}: ${counted} counted, ${seen} seen`)
  isCounted('arrived', after.arrived - before.arrived, count)
  isCounted('delivered', after.delivered - before.delivered, came)
  isCounted('dropped', after.dropped - before.dropped, count - came)
  assert.is(after.marked - before.marked, marked, 'marks')
  return { lost: count - came, marked, delay: percentile(delays, 0.5) / 1e6 }
}

function endIn({ hosts }: Path<PathStatistics>, segment: number): { namespace: string; address: string } {
  const end = hosts.find((one) => one.segment === segment)
  assert.ok(end)
  return { namespace: `/proc/${end.host.pid}/ns/net`, address: end.ipv4 }
}

async function countersOf(path: Path<PathStatistics>, { link, direction }: Place) {
  const { links } = await path.statistics()
  const one = links.find((each) => each.link === link && each.direction === direction)
  assert.ok(one)
  const { arrived, delivered, marked } = one
  return { arrived, delivered, marked, dropped: Object.values(one.dropped).reduce((sum, count) => sum + count, 0) }
}

interface Transfer {
  from: Host
  to: Host
  flows: number
}

async function transferred(path: Path<PathStatistics>, place: Place, { from, to, flows }: Transfer): Promise<Sent> {
  const before = await countersOf(path, place)
  await using service = await to.serve({ congestion: 'reno' })
  await using transfer = await from.send({ to: service, seconds: 3, flows, congestion: 'reno' })
  const { goodput, flows: each } = await transfer.result
  const after = await countersOf(path, place)
  const rtt = (each[0]?.rtt?.p50 ?? 0) / 1000
  return { goodput, rtt, dropped: after.dropped - before.dropped, marked: after.marked - before.marked }
}

/** Rates, delays, losses and marks are what was asked for, by the probes that certify the emulator. */
async function checkCertificate(path: Path<PathStatistics>): Promise<void> {
  const tolerances = { rate: 0.02, delay: 1e6, delayP99: 5e6, confidence: 0.9999 }
  const { findings, lapses } = await certifyPath(path, { quick: true, tolerances })
  assert.is(lapses, undefined)
  assert.equal(findings.filter(({ verdict }) => verdict === 'off' || verdict === 'disturbed'), [])
}

/** Two counts of what happens by chance differ by more once in some 400 times; those of a queue's law agree better. */
const isClose = (one: number, other: number): boolean => Math.abs(one - other) <= 3 * Math.sqrt(one + other) + 3

function both<Key extends keyof Found>(key: Key): readonly [Found[Key], Found[Key]] {
  const [emulator, netem] = ways.map((way) => found.get(way))
  assert.ok(emulator && netem, 'both were measured')
  console.log(JSON.stringify({ emulator: emulator[key], netem: netem[key] }))
  return [emulator[key], netem[key]]
}

for (const key of ['droptail', 'fq_codel', 'red', 'a step, and loss', 'a slower link'] as const) {
  test(`${key}: drops, marks and delay agree`, () => {
    const [emulator, netem] = both(key)
    assert.ok(isClose(emulator.lost, netem.lost), 'lost')
    assert.ok(isClose(emulator.marked, netem.marked), 'marked')
    // Netem's queue is shorter by the bucket: a packet and a little.
    const packet = (frame * 8e3) / rate
    assert.ok(Math.abs(emulator.delay - netem.delay) < 3 * packet + 0.1 * emulator.delay, 'delay')
  })
}

for (const key of ['TCP and droptail', 'TCP and fq_codel'] as const) {
  test(`${key}: goodput, round trip, drops and marks agree`, () => {
    const [emulator, netem] = both(key)
    const ratio = (of: (one: Sent) => number): number => of(netem) / of(emulator)
    assert.ok(Math.abs(ratio(({ goodput }) => goodput) - 1) < 0.1, 'goodput')
    assert.ok(Math.abs(ratio(({ rtt }) => rtt) - 1) < 0.25, 'round trip')
    const signals = [emulator, netem].map(({ dropped, marked }) => (key === 'TCP and droptail' ? dropped : marked))
    assert.ok(signals.every((count) => count > 0), 'the queue was never full')
    assert.ok(isClose(emulator.dropped, netem.dropped), 'dropped')
    assert.ok(isClose(emulator.marked, netem.marked), 'marked')
  })
}

test.run()
