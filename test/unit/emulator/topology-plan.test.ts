import { assert as check, integer, oneof, property, tuple } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planTopology, type Segment } from '../../../src/emulator/topology/plan.ts'
import { UsageError } from '../../../src/errors/index.ts'

const test = suite('plans of topologies')

const namesOf = (segments: readonly Segment[]) => planTopology(segments).map((hosts) => hosts.map(({ name }) => name))

test('one client and one server', () => {
  const client = { name: 'client', role: 'clients', segment: 0, hardwareAddress: '02:cc:00:00:00:01', ipv4: '198.18.0.1', ipv6: '2001:2::1' }
  const server = { name: 'server', role: 'servers', segment: 1, hardwareAddress: '02:cc:01:00:00:01', ipv4: '198.18.1.1', ipv6: '2001:2:0:1::1' }
  const plan = planTopology([
    { role: 'clients', hosts: 1 },
    { role: 'servers', hosts: 1 },
  ])
  assert.equal(plan, [[client], [server]])
})

test('several of a kind have numbers', () => {
  const dumbbell: Segment[] = [
    { role: 'clients', hosts: 2 },
    { role: 'servers', hosts: 1 },
  ]
  assert.equal(namesOf(dumbbell), [['client-1', 'client-2'], ['server']])
  const parkingLot: Segment[] = [
    { role: 'clients', hosts: 2 },
    { role: 'middle', hosts: 1 },
    { role: 'servers', hosts: 2 },
  ]
  assert.equal(namesOf(parkingLot), [['client-1', 'client-2'], ['middle'], ['server-1', 'server-2']])
})

const hosts = integer({ min: 1, max: 250 })
const topologies = oneof(
  tuple(hosts, hosts).map(([clients, servers]): Segment[] => [
    { role: 'clients', hosts: clients },
    { role: 'servers', hosts: servers },
  ]),
  tuple(hosts, hosts, hosts).map(([clients, middle, servers]): Segment[] => [
    { role: 'clients', hosts: clients },
    { role: 'middle', hosts: middle },
    { role: 'servers', hosts: servers },
  ]),
)

test('every host is on its segment, with a name that a host can have and addresses of its own', () => {
  check(
    property(topologies, (segments) => {
      const plan = planTopology(segments)
      assert.equal(plan.map(({ length }) => length), segments.map((segment) => segment.hosts))
      for (const [segment, there] of plan.entries()) {
        for (const host of there) {
          assert.is(host.segment, segment)
          assert.match(host.name, /^[a-z][a-z0-9-]{0,11}$/)
          assert.match(host.hardwareAddress, new RegExp(`^02:cc:0${segment}:00:`))
          assert.match(host.ipv4, new RegExp(`^198\\.18\\.${segment}\\.\\d+$`))
        }
      }
      const all = plan.flat()
      for (const field of ['name', 'hardwareAddress', 'ipv4', 'ipv6'] as const) {
        assert.is(new Set(all.map((host) => host[field])).size, all.length, field)
      }
    }),
  )
})

test('no hosts, half a host, and more than there may be', () => {
  for (const count of [0, -1, 1.5, 251, Number.NaN]) {
    assert.throws(() => planTopology([{ role: 'clients', hosts: count }]), (error: unknown) => error instanceof UsageError)
  }
})

test.run()
