import * as assert from 'uvu/assert'
import { joinStations, placesOf } from '../../../src/emulator/netem/stations.ts'
import { buildTopology } from '../../../src/emulator/topology/build.ts'
import { planTopology, type Segment } from '../../../src/emulator/topology/plan.ts'
import { UnsupportedKernelError, UsageError } from '../../../src/errors/index.ts'
import { openPath } from '../../../src/emulator/index.ts'
import { createNamespace, missingQdiscs, openFds, Qdiscs } from '../../../src/kernel/index.ts'
import { pathOf } from '../../../src/spec/index.ts'
import { needs, suite } from '../../support/needs.ts'

/** What packets pass where the kernel forwards; the qdiscs of netem's own are proved where there are some. */
const test = suite('stations', [needs.root, needs.ping])

const topologies: Record<string, readonly Segment[]> = {
  'a dumbbell': [
    { role: 'clients', hosts: 2 },
    { role: 'servers', hosts: 1 },
  ],
  'a parking lot': [
    { role: 'clients', hosts: 1 },
    { role: 'middle', hosts: 2 },
    { role: 'servers', hosts: 1 },
  ],
}

for (const [title, segments] of Object.entries(topologies)) {
  test(`${title}: each host reaches each, through all the wires of the links between and no others`, async () => {
    using middle = createNamespace()
    const plan = planTopology(segments)
    await using hosts = await buildTopology(plan, middle, { mtu: 1500 })
    assert.equal(joinStations(plan, middle, { mtu: 1500 }), [])
    using qdiscs = new Qdiscs(middle)
    const links = [...segments.keys()].slice(1).map((segment) => segment - 1)
    const places = links.flatMap((link) => (['right', 'left'] as const).map((direction) => ({ link, direction, ...placesOf(link, direction) })))
    for (const { chance, queue, line } of places) for (const index of [chance, queue, line]) qdiscs.put({ interface: index, major: 1 }, { kind: 'pfifo', limit: 100 })
    const counts = () => new Map(qdiscs.list().map(({ interface: index, packets }) => [index, packets]))
    for (const from of hosts.all) {
      for (const to of hosts.all) {
        if (from === to) continue
        const before = counts()
        const { code, printed } = await (await from.host.run('ping', ['-c', '20', '-i', '0.002', '-W', '2', to.ipv4])).ended
        assert.is(code, 0, printed)
        const after = counts()
        for (const { link, direction, chance, queue, line } of places) {
          const [low, high] = from.segment < to.segment ? [from.segment, to.segment] : [to.segment, from.segment]
          const isBetween = link >= low && link < high
          for (const index of [chance, queue, line]) {
            const passed = (after.get(index) ?? 0) - (before.get(index) ?? 0)
            // Hosts tell of their multicast groups at times.
            assert.ok(isBetween ? passed >= 20 : passed < 10, `${from.name} to ${to.name}: ${passed} at ${index}, link ${link} ${direction}`)
          }
        }
      }
    }
  })
}

test('what netem cannot do, or the kernel does not have, is refused before anything is made', async () => {
  const tell = () => assert.unreachable()
  const path = { rate: '10mbit', rtt: '10ms' }
  for (const [input, options] of [
    [{ ...path, mark: '1%' }, {}],
    [path, { frames: 10_000 }],
    [path, { telemetry: { file: '/tmp/never' } }],
  ] as const) {
    const error: unknown = await openPath(pathOf(input), { ...options, with: 'netem', tell }).catch((reason: unknown) => reason)
    assert.instance(error, UsageError)
  }
  if (missingQdiscs(['netem']).length > 0) {
    const error: unknown = await openPath(pathOf(path), { with: 'netem', tell }).catch((reason: unknown) => reason)
    assert.ok(error instanceof UnsupportedKernelError)
    assert.match(error.message, /no qdisc netem: it needs CONFIG_NET_SCH_NETEM$/)
    assert.match(error.hint, /modprobe -a sch_netem; or .*--with emulator/)
  }
  assert.equal(openFds(), [])
})

test.run()
