import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { openPath, type Path, type PathOptions } from '../../../src/emulator/index.ts'
import { TestbedError, UsageError } from '../../../src/errors/index.ts'
import { openFds } from '../../../src/kernel/index.ts'
import { type PathInput, pathOf } from '../../../src/spec/index.ts'
import type { Host } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'

const test = suite('paths', [needs.root, needs.ping])

async function withPath(input: PathInput, action: (path: Path) => Promise<void>, options: PathOptions = {}): Promise<void> {
  await using path = await openPath(pathOf(input), options)
  await action(path)
}

/** How many packets came to each link in each direction while something was done. */
async function passed(path: Path, action: () => Promise<void>): Promise<Record<string, number>> {
  const arrived = async () => (await path.statistics()).links.map(({ link, direction, arrived: count }) => [`${direction} ${link}`, count] as const)
  const before = new Map(await arrived())
  await action()
  return Object.fromEntries((await arrived()).map(([place, count]) => [place, count - (before.get(place) ?? 0)]))
}

async function ping(from: Host, to: Host, family: 'ipv4' | 'ipv6' = 'ipv4', count = 1): Promise<number> {
  const program = await from.run('ping', ['-c', String(count), '-i', '0.1', '-W', '5', to.addresses[0]?.[family] ?? ''])
  const { code, printed } = await program.ended
  assert.is(code, 0, `${from.name} to ${to.name}: ${printed}`)
  return Number(/= ([\d.]+)\//.exec(printed)?.[1])
}

/** Waits until nothing passes any more: a new host tells of its multicast groups once or twice. */
async function calm(path: Path): Promise<void> {
  const count = async () => (await path.statistics()).links.reduce((sum, { arrived }) => sum + arrived, 0)
  for (let before = -1, now = await count(); before !== now; now = await count()) {
    before = now
    await sleep(1500)
  }
}

test('a dumbbell: each client reaches each server, and those of one end each other without the link', () =>
  withPath({ rate: '100mbit', rtt: '10ms', clients: 2, servers: 2 }, async (path) => {
    for (const server of path.servers) {
      for (const family of ['ipv4', 'ipv6'] as const) {
        await using service = await server.serve({ family })
        for (const client of path.clients) {
          assert.ok((await ping(client, server, family)) >= 10)
          await using transfer = await client.send({ to: service, bytesPerFlow: 100_000 })
          assert.is((await transfer.result).bytes, 100_000)
        }
      }
    }
    await calm(path)
    const [one, other] = path.clients
    assert.ok(one && other)
    const packets = await passed(path, async () => {
      await ping(one, other, 'ipv4', 20)
    })
    assert.equal(packets, { 'right 0': 0, 'left 0': 0 })
  }))

test('a parking lot: each flow passes the links between its ends and no other', () =>
  withPath({ links: [{ rate: '100mbit', rtt: '10ms' }, { rate: '50mbit', rtt: '20ms' }], clients: 2, servers: 2 }, async (path) => {
    await calm(path)
    const [client, neighbour] = path.clients
    const [server] = path.servers
    const [middle] = path.of('middle')
    assert.ok(client && neighbour && server && middle)
    const cases = [
      { from: client, to: server, links: [20, 20], rtt: 30 },
      { from: client, to: middle, links: [20, 0], rtt: 10 },
      { from: middle, to: server, links: [0, 20], rtt: 20 },
      { from: client, to: neighbour, links: [0, 0], rtt: 0 },
    ]
    for (const family of ['ipv4', 'ipv6'] as const) {
      for (const { from, to, links, rtt } of cases) {
        let least = 0
        const packets = await passed(path, async () => {
          least = await ping(from, to, family, 20)
        })
        const [first, second] = links
        assert.equal(packets, { 'right 0': first, 'left 0': first, 'right 1': second, 'left 1': second }, `${from.name} to ${to.name}`)
        assert.ok(least >= rtt, `${least} ms`)
      }
    }
    await using service = await server.serve()
    await using transfer = await client.send({ to: service, bytesPerFlow: 200_000 })
    assert.is((await transfer.result).bytes, 200_000)
  }))

test('it can be changed while it is up', () =>
  withPath({ rate: '100mbit', rtt: '2ms' }, async (path) => {
    const [client] = path.clients
    const [server] = path.servers
    assert.ok(client && server)
    for (const direction of ['right', 'left'] as const) await path.set({ link: 0, direction }, { delay: 30e6 })
    assert.ok((await ping(client, server)) >= 60)
    assert.is(path.links[0]?.left.delay, 30e6)
    const tooMuch = path.set({ link: 0, direction: 'right' }, { rate: { kind: 'constant', rate: 1e9 }, delay: 1e9 })
    const error: unknown = await tooMuch.catch((reason: unknown) => reason)
    assert.instance(error, UsageError)
    assert.match(error instanceof UsageError ? error.hint : '', /--frames \d+/)
    assert.is(path.links[0]?.right.delay, 30e6)
    const none: unknown = await path.set({ link: 1, direction: 'right' }, {}).catch((reason: unknown) => reason)
    assert.match(String(none), 'link: 0 to 0, not 1')
  }))

/** The processes that this one has started. */
const children = (): string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '')

test('what cannot be is refused before anything is made', async () => {
  for (const [input, options] of [
    [{ rate: '10gbit', rtt: '10s' }, {}],
    [{ rate: '100mbit', rtt: '10ms' }, { frames: 10 }],
    [{ rate: '100mbit', rtt: '10ms', mtu: 9000 }, {}],
  ] as const) {
    const error: unknown = await openPath(pathOf(input), { ...options, tell: () => assert.unreachable() }).catch((reason: unknown) => reason)
    assert.instance(error, UsageError)
  }
  assert.equal(children(), [])
})

test('nothing is left when it cannot forward, or cannot be told of', async () => {
  const telemetry = { file: '/no/such/directory/telemetry' }
  for (const options of [{ telemetry }, { tell: (step: string) => assert.not.match(step, 'forward') }]) {
    const error: unknown = await openPath(pathOf({ rate: '100mbit', rtt: '10ms' }), options).catch((reason: unknown) => reason)
    assert.instance(error, Error)
    assert.equal(children(), [])
    assert.equal(openFds(), [])
  }
})

test('a host that is killed while the path is made is why it cannot be', async () => {
  const tell = (step: string): void => {
    if (step !== 'starting to forward') return
    const [host] = children()
    assert.ok(host)
    process.kill(Number(host), 'SIGKILL')
  }
  const found: unknown = await openPath(pathOf({ rate: '100mbit', rtt: '10ms' }), { tell }).then(
    async (path) => {
      await using open = path
      return await open.failed
    },
    (reason: unknown) => reason,
  )
  assert.instance(found, TestbedError)
  assert.match(String(found), /the process of host (?:client|server) ended \(SIGKILL\)/)
  assert.equal(children(), [])
  assert.equal(openFds(), [])
})

test('closing twice at a time is one closing, and nothing is left', async () => {
  const path = await openPath(pathOf({ rate: '100mbit', rtt: '10ms' }))
  assert.ok(children().length >= 3)
  void path.close()
  await path.close()
  assert.equal(children(), [])
  assert.equal(openFds(), [])
})

test.run()
