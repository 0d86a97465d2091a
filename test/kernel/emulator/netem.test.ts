import * as assert from 'uvu/assert'
import { type Forwarding, openPath, type Path, type PathStatistics } from '../../../src/emulator/index.ts'
import { type PathInput, pathOf } from '../../../src/spec/index.ts'
import type { Host } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'

/** The same paths by our emulator and by the kernel's own qdiscs: what each does with TCP agrees. */
const test = suite('netem and the emulator', [needs.root, needs.ping, needs.netem])

const ways = ['emulator', 'netem'] as const satisfies readonly Forwarding[]

interface Run {
  path: Path<PathStatistics>
  client: Host
  server: Host
}

async function both<T>(input: PathInput, measure: (run: Run) => Promise<T>, sysctls: Record<string, string> = {}): Promise<Record<Forwarding, T>> {
  const found: T[] = []
  for (const way of ways) {
    await using path = await openPath(pathOf(input), { with: way, sysctls })
    const [client, server] = [...path.clients, ...path.servers]
    assert.ok(client && server)
    found.push(await measure({ path, client, server }))
  }
  const [emulator, netem] = found
  assert.ok(emulator && netem)
  console.log(JSON.stringify({ input, emulator, netem }))
  return { emulator, netem }
}

/** Round trips of packets that find nobody before them, ms: half of them take no longer. */
async function medianPing({ client, server }: Run): Promise<number> {
  const { printed } = await (await client.run('ping', ['-c', '20', '-i', '0.2', server.addresses[0]?.ipv4 ?? ''])).ended
  const times = [...printed.matchAll(/time=([\d.]+)/g)].map(([, time]) => Number(time)).toSorted((a, b) => a - b)
  assert.ok(times.length > 15, printed)
  return times[times.length >> 1] ?? 0
}

interface Sent {
  /** bit/s */
  goodput: number
  /** Median of the kernel's smoothed round trip, ms. */
  rtt: number
  packets: number
  marked: number
  dropped: number
  lost: number
}

async function send({ path, client, server }: Run, { seconds = 10, flows = 1, congestion = 'reno' } = {}): Promise<Sent> {
  await using service = await server.serve({ congestion })
  await using transfer = await client.send({ to: service, seconds, flows, congestion })
  const { goodput, flows: each } = await transfer.result
  const [right] = (await path.statistics()).links
  assert.ok(right)
  const { loss, ...others } = right.dropped
  const dropped = Object.values(others).reduce((sum, count) => sum + count, 0)
  const rtt = (each[0]?.rtt?.p50 ?? 0) / 1000
  return { goodput, rtt, packets: right.arrived, marked: right.marked, dropped, lost: loss }
}

/** One is no more than `factor` times the other. */
function assertClose(what: string, { emulator, netem }: Record<Forwarding, number>, factor: number): void {
  const ratio = netem / emulator
  assert.ok(ratio < factor && ratio > 1 / factor, `${what}: ${emulator} by the emulator, ${netem} by netem`)
}

const pick = <T>({ emulator, netem }: Record<Forwarding, T>, of: (found: T) => number): Record<Forwarding, number> => ({
  emulator: of(emulator),
  netem: of(netem),
})

test('rate, delay, and a queue that drops what finds no room', async () => {
  const found = await both({ rate: '5mbit', rtt: '40ms', queue: { limit: '20p' } }, async (run) => ({ ping: await medianPing(run), ...(await send(run)) }))
  for (const way of ways) {
    const { ping, goodput, dropped } = found[way]
    assert.ok(ping > 40 && ping < 46, `${way}: ${ping} ms`)
    assert.ok(goodput < 5e6 && goodput > 4e6, `${way}: ${goodput} bit/s`)
    assert.ok(dropped > 0, way)
  }
  assertClose('goodput', pick(found, ({ goodput }) => goodput), 1.1)
  assertClose('round trip', pick(found, ({ rtt }) => rtt), 1.2)
})

test('loss by chance', async () => {
  const probability = 0.02
  const found = await both({ rate: '10mbit', rtt: '10ms', loss: probability, queue: { limit: '100p' } }, (run) => send(run))
  for (const way of ways) {
    const { lost, packets } = found[way]
    assert.ok(packets > 1000, way)
    const deviation = Math.sqrt(packets * probability * (1 - probability))
    assert.ok(Math.abs(lost - packets * probability) < 4 * deviation, `${way}: ${lost} of ${packets}`)
  }
})

for (const [title, queue] of [
  ['fq_codel', { limit: '100p', fq_codel: {} }],
  ['red', { limit: '60p', ecn: true, red: { min: '5p', max: '20p', gentle: false } }],
  ['a step', { limit: '60p', ecn: { step: '8p' } }],
  ['a step in time', { limit: '60p', ecn: { step: '15ms' } }],
] as const) {
  test(`marks of ${title}`, async () => {
    const input: PathInput = { rate: '5mbit', rtt: '20ms', queue }
    const found = await both(input, (run) => send(run, { seconds: 15, flows: 2 }), { 'net.ipv4.tcp_ecn': '1' })
    for (const way of ways) assert.ok(found[way].marked >= 10, `${way}: ${found[way].marked} marks`)
    assertClose('marks of a packet', pick(found, ({ marked, packets }) => marked / packets), 1.6)
    assertClose('goodput', pick(found, ({ goodput }) => goodput), 1.1)
    assertClose('round trip', pick(found, ({ rtt }) => rtt), 1.25)
  })
}

test('drops of fq_codel', async () => {
  const input: PathInput = { rate: '5mbit', rtt: '20ms', queue: { limit: '100p', ecn: false, fq_codel: {} } }
  const found = await both(input, (run) => send(run, { seconds: 15, flows: 2 }))
  for (const way of ways) assert.is(found[way].marked, 0)
  assertClose('drops of a packet', pick(found, ({ dropped, packets }) => dropped / packets), 1.7)
  assertClose('round trip', pick(found, ({ rtt }) => rtt), 1.25)
})

test('another rate and delay while it is up', async () => {
  const found = await both({ rate: '5mbit', rtt: '20ms', queue: { limit: '40p' } }, async (run) => {
    await run.path.set({ link: 0, direction: 'right' }, { rate: { kind: 'constant', rate: 2.5e6 }, delay: 30e6 })
    return { ping: await medianPing(run), ...(await send(run)) }
  })
  for (const way of ways) {
    assert.ok(found[way].ping > 40 && found[way].ping < 46, `${way}: ${found[way].ping} ms`)
    assert.ok(found[way].goodput < 2.5e6 && found[way].goodput > 2e6, `${way}: ${found[way].goodput} bit/s`)
  }
})

test.run()
