import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { type EmulatorPlan, EmulatorProcess } from '../../../src/emulator/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { type EndHost, type Ends, makeEnds, outputOf, plainLink } from '../support/emulated.ts'

const test = suite('an emulated path', [needs.root, needs.iproute2, needs.iperf3])
const ms = 1e6

const planOf = ({ ports }: Ends, links: EmulatorPlan['links'], more: Partial<EmulatorPlan> = {}): EmulatorPlan => ({
  ports,
  links,
  seed: 1,
  frames: 8192,
  frameSize: 2048,
  ...more,
})

/** Sends by TCP, and answers iperf3's report. */
async function transfer(from: EndHost, to: EndHost, { family = 'ipv4', bytes = 500_000 }: { family?: 'ipv4' | 'ipv6'; bytes?: number } = {}): Promise<string> {
  const server = to.start('iperf3', '-s', '-1', '--forceflush')
  if (server.stdout !== null) await once(server.stdout, 'data')
  const ended = once(server, 'close')
  const report = await outputOf(from.start('iperf3', '-c', to[family], '-n', `${bytes}`))
  await ended
  return report
}

/** A counter of a host's kernel, by the name that nstat has for it. */
const kernelCounter = (host: EndHost, name: string): number => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(host.run('nstat', '-asz', name))?.[1])

const checksumErrors = (host: EndHost): number =>
  ['TcpInCsumErrors', 'UdpInCsumErrors', 'IpInHdrErrors', 'IpExtInCsumErrors', 'Ip6InHdrErrors'].reduce(
    (sum, name) => sum + kernelCounter(host, name),
    0,
  )

/** The smallest round trip of some pings, ms. */
const ping = (from: EndHost, address: string): number =>
  Number(/= ([\d.]+)\//.exec(from.run('ping', '-c', '5', '-i', '0.02', '-W', '2', address))?.[1])

test('pings and TCP go through it, both ways, by IPv4 and IPv6, and no packet is lost track of', async () => {
  using ends = makeEnds()
  const [left, right] = twoOf(ends)
  await sleep(100)
  const before = [left, right].map((host) => host.counters())
  await using emulator = await EmulatorProcess.start(planOf(ends, [plainLink(200e6, 5 * ms)], { telemetry: {} }), { namespace: ends.middle })
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const [from, to] of [[left, right], [right, left]] as const) {
      const rtt = ping(from, to[family])
      assert.ok(rtt >= 10, `${rtt} ms`)
      assert.match(await transfer(from, to, { family }), /sender/)
    }
  }
  // The last segments are still on their way.
  await sleep(200)
  const { ports, links } = await emulator.statistics()
  const first = emulator.telemetry?.packets()
  for (const [index, host] of [left, right].entries()) {
    const [start, end, port] = [before[index], host.counters(), ports[index]]
    assert.is(port?.received, end.sent - (start?.sent ?? 0))
    assert.is(port?.sent, end.received - (start?.received ?? 0))
    assert.is(end.dropped + checksumErrors(host), 0)
  }
  for (const { arrived, delivered, packets } of links) assert.equal([arrived, packets], [delivered, 0])
  const told = links.reduce((sum, { arrived }) => sum + arrived, 0)
  assert.equal([first?.count, first?.lost], [told, 0])
})

test('packets on which it marks congestion arrive, and the receiving kernel finds their checksums right', async () => {
  using ends = makeEnds()
  const [left, right] = twoOf(ends)
  for (const host of [left, right]) host.setSysctl('net.ipv4.tcp_ecn', '1')
  const link = plainLink(20e6, ms, { queue: { kind: 'step', packets: 3, limit: { packets: 500 } } })
  await using emulator = await EmulatorProcess.start(planOf(ends, [link], { telemetry: {} }), { namespace: ends.middle })
  for (const [family, counter] of [['ipv4', 'IpExtInCEPkts'], ['ipv6', 'Ip6InCEPkts']] as const) {
    const before = kernelCounter(right, counter)
    await transfer(left, right, { family })
    assert.ok(kernelCounter(right, counter) > before, counter)
  }
  const marked = kernelCounter(right, 'IpExtInCEPkts') + kernelCounter(right, 'Ip6InCEPkts')
  const { links } = await emulator.statistics()
  assert.is(links.find(({ direction }) => direction === 'right')?.marked, marked)
  assert.is(checksumErrors(right), 0)
  const { count = 0, columns } = emulator.telemetry?.packets() ?? {}
  const told = Array.from({ length: count }, (_, row) => columns?.direction[row] === 0 && columns.mark[row] === 1 && columns.ecnLeft[row] === 3)
  assert.is(told.filter(Boolean).length, marked)
})

test('what is set holds from the next packet on', async () => {
  using ends = makeEnds(3)
  const [left, , right] = ends.hosts
  if (left === undefined || right === undefined) throw new Error('no hosts')
  await using emulator = await EmulatorProcess.start(planOf(ends, [plainLink(1e9, ms), plainLink(1e9, ms)]), { namespace: ends.middle })
  const before = ping(left, right.ipv4)
  assert.ok(before >= 4 && before < 30, `${before} ms`)
  await emulator.set({ link: 1, direction: 'left' }, { delay: 41 * ms })
  const after = ping(left, right.ipv4)
  assert.ok(after >= 44, `${after} ms`)
  await emulator.set({ link: 0, direction: 'right' }, { loss: { kind: 'independent', probability: 1 } })
  assert.throws(() => left.run('ping', '-c', '2', '-i', '0.02', '-W', '0.2', right.ipv4))
  const { links } = await emulator.statistics()
  assert.is(links.find(({ link, direction }) => link === 0 && direction === 'right')?.dropped.loss, 2)
  await refused(emulator.set({ link: 2, direction: 'left' }, {}), 'UsageError', /no link 2/)
  await refused(emulator.set({ link: 0, direction: 'left' }, { rate: { kind: 'steps', steps: [] } }), 'UsageError', /step/)
})

test('a path that needs more frames than there are is refused with their number, and one with that number is not', async () => {
  using ends = makeEnds()
  const links = [plainLink(1e9, 10 * ms)]
  const start = (frames: number) => EmulatorProcess.start(planOf(ends, links, { frames }), { namespace: ends.middle })
  // 1 Gb/s × 10 ms are 826 full frames each way; and the queues, two packets on each link, and 256 frames for each port.
  const needed = 2 * (1000 + 826 + 2) + 2 * 256
  await refused(start(needed - 1), 'UsageError', new RegExp(`\\b${needed}\\b`))
  await using emulator = await start(needed)
  assert.ok(emulator.pid > 0)
})

test('plans that make no sense are refused, and leave nothing', async () => {
  using ends = makeEnds()
  const plan = planOf(ends, [plainLink(1e9, ms)])
  const start = (change: Partial<EmulatorPlan>) => EmulatorProcess.start({ ...plan, ...change }, { namespace: ends.middle })
  await refused(start({ ports: [{ interface: 'port0' }, { interface: 'nowhere' }] }), 'UsageError', /nowhere/)
  await refused(start({ ports: [{ interface: 'port0' }, { interface: 'port0' }] }), 'UsageError', /of its own/)
  await refused(start({ links: [] }), 'UsageError', /2 to/)
  await refused(start({ frames: 2 ** 22 }), 'UsageError', /bytes/)
  await refused(start({ telemetry: { packets: 1 } }), 'UsageError', /packets/)
  await refused(start({ telemetry: { file: '/proc/nothing' } }), 'SyscallError', /\/proc\/nothing/)
  assert.not.ok(programs(ends).includes('xdp'))
})

test('calls that come close together are all answered', async () => {
  using ends = makeEnds()
  await using emulator = await EmulatorProcess.start(planOf(ends, [plainLink(1e9, ms)]), { namespace: ends.middle })
  for (let round = 0; round < 100; round += 1) {
    const all = await Promise.all(Array.from({ length: 10 }, () => emulator.statistics()))
    assert.is(all.length, 10)
  }
})

test('killed, it leaves no program at its interfaces, and says how it ended', async () => {
  using ends = makeEnds()
  await using emulator = await EmulatorProcess.start(planOf(ends, [plainLink(1e9, ms)]), { namespace: ends.middle })
  assert.ok(programs(ends).includes('xdp'))
  process.kill(emulator.pid, 'SIGKILL')
  assert.match((await emulator.failed).message, /SIGKILL/)
  assert.not.ok(programs(ends).includes('xdp'))
  await refused(emulator.statistics(), 'TestbedError', /SIGKILL/)
})

test('stopped, it lets go of its interfaces, and another one can have them', async () => {
  using ends = makeEnds()
  const plan = planOf(ends, [plainLink(1e9, ms)])
  await using first = await EmulatorProcess.start(plan, { namespace: ends.middle })
  await first.stop()
  assert.not.ok(programs(ends).includes('xdp'))
  await refused(first.statistics(), 'TestbedError', /ended/)
  await using second = await EmulatorProcess.start(plan, { namespace: ends.middle })
  assert.ok(second.pid !== first.pid)
})

test('an interface that goes away ends it, and the error says why', async () => {
  using ends = makeEnds()
  await using emulator = await EmulatorProcess.start(planOf(ends, [plainLink(1e9, ms)]), { namespace: ends.middle })
  const [left, right] = twoOf(ends)
  ends.inMiddle('ip', 'link', 'delete', 'port1')
  assert.throws(() => left.run('ping', '-c', '1', '-W', '0.2', right.ipv4))
  const error = await emulator.failed
  assert.ok(error instanceof SyscallError && error.errno === 'ENXIO', String(error))
})

test('when its frames are used up it says so, counts what was lost, and goes on when there are some again', async () => {
  using ends = makeEnds()
  const [left, right] = twoOf(ends)
  await sleep(100)
  // Many small packets fit where a few full frames would.
  const link = plainLink(1e6, 0, { queue: { kind: 'droptail', limit: { bytes: 100 * 1514 } } })
  await using emulator = await EmulatorProcess.start(planOf(ends, [link], { frames: 800, telemetry: {} }), { namespace: ends.middle })
  const before = left.counters().sent
  await outputOf(left.start('ping', '-f', '-l', '1500', '-c', '1500', '-s', '0', '-W', '1', right.ipv4))
  const { lapses, frames, ports } = await emulator.statistics()
  assert.ok(lapses['no-frame'] > 0 && lapses['fill-empty'] > 0 && lapses['rx-dropped'] > 0, JSON.stringify(lapses))
  const noticed = emulator.telemetry?.lapses()
  assert.ok((noticed?.count ?? 0) > 0)
  const [port] = ports
  const sent = left.counters().sent - before
  assert.is((port?.received ?? 0) + (port?.kernel['rx-dropped'] ?? 0), sent)
  assert.ok(frames.free < frames.all)
  await emulator.set({ link: 0, direction: 'right' }, { rate: { kind: 'constant', rate: 1e9 } })
  await emulator.set({ link: 0, direction: 'left' }, { rate: { kind: 'constant', rate: 1e9 } })
  assert.ok(ping(left, right.ipv4) < 100)
})

function twoOf({ hosts: [left, right] }: Ends): [EndHost, EndHost] {
  if (left === undefined || right === undefined) throw new Error('there are fewer than two hosts')
  return [left, right]
}

/** What `ip` says of the interfaces in the middle, their XDP programs among it. */
const programs = ({ inMiddle }: Ends): string => inMiddle('ip', 'link', 'show')

async function refused(promise: Promise<unknown>, name: string, message: RegExp): Promise<void> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof Error)
    assert.is(error.name, name, String(error))
    assert.match(error.message, message)
    return
  }
  assert.unreachable('it was not refused')
}

test.run()
