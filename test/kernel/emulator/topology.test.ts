import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { buildTopology, type BuildOptions, hostsOf } from '../../../src/emulator/topology/build.ts'
import { planTopology, portOf, type Segment, type TopologyPlan } from '../../../src/emulator/topology/plan.ts'
import { createNamespace, type Fd, Interfaces, openFds } from '../../../src/kernel/index.ts'
import type { Host } from '../../../src/testbed/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'

/** The hosts of topologies and their wires; what forwards in the middle is a bridge of the kernel's here. */
const test = suite('topologies', [needs.root, needs.iproute2, needs.ethtool, needs.ping])

const within = ({ number }: Fd, ...command: string[]) => execa('nsenter', [`--net=/proc/${process.pid}/fd/${number}`, ...command])

function bridge(plan: TopologyPlan, middle: Fd): void {
  using interfaces = new Interfaces(middle)
  interfaces.createBridge({ name: 'bridge', index: 500 }, 1500)
  interfaces.bringUp('bridge')
  for (const segment of plan.keys()) interfaces.setMaster(portOf(segment), 'bridge')
}

interface Built {
  clients: Host[]
  servers: Host[]
  all: Host[]
  middle: Fd
}

async function withTopology(segments: readonly Segment[], action: (built: Built) => Promise<void>): Promise<void> {
  using middle = createNamespace()
  const plan = planTopology(segments)
  await using hosts = await buildTopology(plan, middle, { mtu: 1500 })
  assert.equal(hosts.offloadsKept, [])
  bridge(plan, middle)
  const all = hosts.all.map(({ host }) => host)
  await action({ clients: hostsOf(hosts, 'clients'), servers: hostsOf(hosts, 'servers'), all, middle })
}

const dumbbell = (clients: number, servers: number): Segment[] => [
  { role: 'clients', hosts: clients },
  { role: 'servers', hosts: servers },
]
const parkingLot: Segment[] = [
  { role: 'clients', hosts: 2 },
  { role: 'middle', hosts: 1 },
  { role: 'servers', hosts: 2 },
]

async function printedBy(host: Host, command: string, ...args: string[]): Promise<string> {
  const { code, printed } = await (await host.run(command, args)).ended
  assert.is(code, 0, `${command} ${args.join(' ')} on ${host.name}: ${printed}`)
  return printed
}

const topologies: Record<string, readonly Segment[]> = {
  'a client and a server': dumbbell(1, 1),
  'several clients and servers': dumbbell(3, 2),
  'a parking lot': parkingLot,
}
for (const [title, segments] of Object.entries(topologies)) {
  test(`${title}: each host reaches each, by both families, without asking where it is`, () =>
    withTopology(segments, async ({ all, clients, servers }) => {
      for (const host of all) {
        const others = all.filter((other) => other !== host).flatMap(({ addresses: [at] }) => [at?.ipv4 ?? '', at?.ipv6 ?? ''])
        await printedBy(host, 'sh', '-c', others.map((address) => `ping -c 1 -W 2 ${address}`).join(' && '))
      }
      for (const server of servers) {
        for (const family of ['ipv4', 'ipv6'] as const) {
          await using service = await server.serve({ family })
          for (const client of clients) {
            await using transfer = await client.send({ to: service, bytesPerFlow: 10_000 })
            assert.is((await transfer.result).bytes, 10_000)
          }
        }
      }
      for (const host of all) {
        const asked = ['reachable', 'stale', 'delay', 'probe', 'failed', 'incomplete'].flatMap((state) => ['nud', state])
        assert.is(await printedBy(host, 'ip', 'neigh', 'show', ...asked), '')
      }
    }))
}

test('the offloads of every interface are off, but that hosts merge what comes, as ethtool tells it', () =>
  withTopology(dumbbell(2, 1), async ({ all, middle }) => {
    const kinds = /^(?:[rt]x-checksumming|scatter-gather|tcp-segmentation-offload|generic-(?:segmentation|receive)-offload): (\w+)/gm
    const states = (text: string) => [...text.matchAll(kinds)].map(([, state]) => state)
    const allOff = ['off', 'off', 'off', 'off', 'off', 'off']
    for (const host of all) assert.equal(states(await printedBy(host, 'ethtool', '-k', 'eth0')), [...allOff.slice(1), 'on'])
    for (const segment of [0, 1]) {
      const { stdout } = await within(middle, 'ethtool', '-k', portOf(segment))
      assert.equal(states(stdout), allOff)
    }
  }))

test('packets are those of a wire: as many as there are segments, though TCP hands down more at once', () =>
  withTopology(dumbbell(1, 1), async ({ clients: [client], servers: [server], middle }) => {
    assert.ok(client && server)
    const port = portOf(0)
    await using service = await server.serve()
    await using transfer = await client.send({ to: service, bytesPerFlow: 3_000_000 })
    await transfer.result
    const { stdout } = await within(middle, 'ip', '-j', '-s', 'link', 'show', port)
    const [shown]: { stats64: { rx: { bytes: number; packets: number } } }[] = JSON.parse(stdout)
    const { bytes, packets } = shown?.stats64.rx ?? { bytes: 0, packets: 1 }
    assert.ok(bytes > 3_000_000)
    assert.ok(packets >= 3_000_000 / 1448, `${packets} packets`)
  }))

test('settings of the hosts, and their MTU', async () => {
  using middle = createNamespace()
  await using hosts = await buildTopology(planTopology(dumbbell(1, 1)), middle, { mtu: 1400, sysctls: { 'net.ipv4.tcp_ecn': '1' } })
  for (const { host } of hosts.all) {
    assert.is(await printedBy(host, 'cat', '/proc/sys/net/ipv4/tcp_ecn'), '1\n')
    assert.match(await printedBy(host, 'ip', 'link', 'show', 'eth0'), / mtu 1400 /)
  }
})

/** The processes that this one has started. */
const children = (): string[] =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter((pid) => pid !== '')

test('whichever step fails, nothing is left', async () => {
  const plan = planTopology(dumbbell(2, 1))
  using middle = createNamespace()
  const interfacesOf = (): string[] => {
    using interfaces = new Interfaces(middle)
    return interfaces.list().map(({ name }) => name)
  }
  const steps = new Set<string>()
  for (let n = 1; ; n += 1) {
    let told = 0
    const tell: BuildOptions['tell'] = (step) => {
      told += 1
      if (told === n) {
        steps.add(step)
        throw new Error('injected')
      }
    }
    try {
      await using built = await buildTopology(plan, middle, { mtu: 1500, tell })
      assert.is(built.all.length, 3)
      break
    } catch (error) {
      assert.match(String(error), 'injected')
      assert.equal(children(), [])
      assert.equal(openFds(), [middle.what])
      // The other ends of wires go with their namespaces, a moment later.
      await until(() => interfacesOf().length === 1, 'its wires are gone')
    }
  }
  assert.ok(steps.size > 8, [...steps].join('; '))
})

test.run()
