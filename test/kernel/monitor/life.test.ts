// gate: timeout 180s
import { once } from 'node:events'
import { readFileSync, writeSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type LinuxTarget, openNamespace } from '../../../src/kernel/index.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { type AlgorithmView, Monitor, type MonitorEvent, type Snapshot } from '../../../src/monitor/index.ts'
import { register, swap } from '../../../src/structops/index.ts'
import { startCcdk } from '../../support/ccdk.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { structOpsOf, uniqueName, withUniqueNames } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { bpftool, dumpStructOps } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { askSs } from '../support/ss.ts'
import { ownLoopback, send } from '../support/traffic.ts'

const test = suite('the life of an algorithm', [needs.root, needs.structOps, needs.clang, needs.bpftool, needs.iproute2])

test.before(ownLoopback)

/** A monitor of this process's own network namespace, and all that it has told. */
function watching(target: LinuxTarget) {
  using namespace = openNamespace('/proc/self/ns/net')
  const monitor = new Monitor(target, { namespaces: [namespace] })
  const events: MonitorEvent[] = []
  const look = (): Snapshot => {
    const snapshot = monitor.look()
    events.push(...snapshot.events)
    return snapshot
  }
  const told = (mapId: number): string[] => events.flatMap((event) => (event.mapId === mapId && event.kind !== 'refcnt' ? [event.kind] : []))
  look()
  return { monitor, look, told, events, [Symbol.dispose]: () => monitor[Symbol.dispose]() }
}

const algorithm = ({ algorithms }: Snapshot, mapId: number): AlgorithmView | undefined => algorithms.find((view) => view.mapId === mapId)

/** What is shown of a map is what bpftool says of it, and of its programs. */
async function assertAsBpftool(snapshot: Snapshot, mapId: number): Promise<AlgorithmView> {
  const view = algorithm(snapshot, mapId)
  assert.ok(view)
  const dumped = await dumpStructOps(mapId)
  assert.equal(
    { state: view.state, refcnt: view.refcnt, map: view.map },
    { state: dumped.state.replace('BPF_STRUCT_OPS_STATE_', '').toLowerCase(), refcnt: dumped.refcnt, map: dumped.mapName },
  )
  for (const { member, programId, runsTotal } of view.members) {
    assert.match(String(dumped.data[member]), new RegExp(`prog_id:${programId}$`))
    const { run_cnt = 0 } = await bpftool<{ run_cnt?: number }>('prog', 'show', 'id', String(programId))
    assert.is(runsTotal, String(run_cnt), member)
  }
  return view
}

/** The sockets are those of ss, with the same figures. */
async function assertAsSs({ sockets }: Snapshot, name: string): Promise<void> {
  const theirs = new Map((await askSs({ pid: process.pid })).map((socket) => [socket.values.get('sk'), socket]))
  const ours = sockets.rows.filter(({ congestion }) => congestion === name)
  assert.is(ours.length, [...theirs.values()].filter(({ words }) => words.has(name)).length)
  for (const socket of ours) {
    const found = theirs.get(BigInt(socket.cookie).toString(16))
    assert.equal([socket.local, socket.remote, socket.state], [found?.local, found?.remote, found?.state])
    const [rtt, rttvar] = found?.values.get('rtt')?.split('/') ?? []
    const said = [found?.values.get('cwnd'), found?.values.get('bytes_acked'), found?.values.get('mss'), found?.values.get('minrtt')]
    assert.equal([`${socket.cwnd}`, socket.bytesAcked, `${socket.mss}`, `${(socket.minRttUs ?? 0) / 1000}`], said)
    assert.equal([(socket.srttUs ?? 0) / 1000, (socket.rttvarUs ?? 0) / 1000], [Number(rtt), Number(rttvar)])
    assert.is(socket.pacingRate === null ? undefined : Math.round(socket.pacingRate * 8), Number(found?.values.get('pacing_rate')?.replace('bps', '')))
  }
}

test('registered, 10 connections, unregistered while 3 are open, which close one by one, gone', async () => {
  const object = withUniqueNames(openObject(readFileSync(await compileFixture('versions')), 'versions.bpf.o'))
  structOpsOf(object, 'versions_plain').autocreate = true
  await leavesNothing(async (target) => {
    using watched = watching(target)
    const loaded = load(object, target)
    const registration = register(loaded, 'versions_plain')
    const { mapId } = registration
    const name = registration.name ?? ''
    const registered = await assertAsBpftool(watched.look(), mapId)
    assert.equal([registered.registered, registered.state, registered.refcnt, registered.sockets], [true, 'inuse', 1, 0])

    const connections = await Promise.all(Array.from({ length: 10 }, () => send(name, 100_000)))
    // Until the last ACK has come nothing stands still.
    await until(() => isIdle(watched.look(), name), 'all bytes are acknowledged')
    const busy = watched.look()
    const used = await assertAsBpftool(busy, mapId)
    assert.equal([used.refcnt, used.sockets], [11, 10])
    assert.is(used.members.find(({ member }) => member === 'init')?.runsTotal, '10')
    await assertAsSs(busy, name)
    assert.is(watched.monitor.variables(mapId).find((variable) => variable.name === 'inits')?.value, '10')

    for (const connection of connections.splice(3)) connection[Symbol.dispose]()
    await until(() => algorithm(watched.look(), mapId)?.refcnt === 4, '7 have closed')
    registration.unregister()
    loaded[Symbol.dispose]()
    const left = watched.look()
    const { state, registered: is, refcnt } = await assertAsBpftool(left, mapId)
    assert.equal([state, is, refcnt], ['tobefree', false, 3])
    await assertAsSs(left, name)

    for (const [index, connection] of connections.entries()) {
      connection[Symbol.dispose]()
      const others = connections.length - 1 - index
      await until(() => (algorithm(watched.look(), mapId)?.refcnt ?? 0) === others, `${others} are open`)
    }
    await until(() => algorithm(watched.look(), mapId) === undefined, 'the map is gone')
    assert.equal(watched.told(mapId), ['registered', 'unregistered', 'state', 'state'])
    assert.ok(watched.events.filter((event) => event.mapId === mapId && event.kind === 'refcnt').length >= 4)
  })
})

const isIdle = ({ sockets }: Snapshot, name: string): boolean => {
  const rows = sockets.rows.filter(({ congestion, state }) => congestion === name && state === 'ESTABLISHED')
  return rows.length === 10 && rows.every(({ sendQueue, inFlight }) => sendQueue === 0 && inFlight === 0)
}

test('a new version under the same link is a swap, and variables are read and set', async () => {
  const object = withUniqueNames(openObject(readFileSync(await compileFixture('versions')), 'versions.bpf.o'))
  await leavesNothing(async (target) => {
    using watched = watching(target)
    using first = load(object, target)
    using second = load(object, target)
    using registration = register(first, 'versions')
    const handle = second.structOps.get('versions')?.handle
    assert.ok(handle)
    // Looked at before it is filled, it has none yet.
    assert.equal(watched.monitor.variables(target.objects.mapInfo(handle).id), [])
    using connection = await send(registration.name ?? '', 1000)
    const before = await assertAsBpftool(watched.look(), registration.mapId)
    assert.equal([before.byLink, before.links.map(({ id }) => id)], [true, [registration.linkId]])
    using swapped = swap(second, 'versions', registration.linkId ?? 0)
    const after = watched.look()
    assert.equal([algorithm(after, swapped.from.mapId)?.registered, algorithm(after, swapped.to.mapId)?.registered], [false, true])
    await assertAsBpftool(after, swapped.from.mapId)
    await assertAsBpftool(after, swapped.to.mapId)
    assert.ok(watched.told(swapped.from.mapId).includes('unregistered'))
    assert.ok(watched.told(swapped.to.mapId).includes('swapped'))

    const variable = (name: string) => watched.monitor.variables(swapped.to.mapId).find((each) => each.name === name)
    assert.equal(variable('small'), { section: '.data', name: 'small', type: 's8', value: '-1', writable: true })
    assert.is(variable('initial_cwnd')?.writable, false)
    watched.monitor.setVariable(swapped.to.mapId, 'small', '5')
    watched.monitor.setVariable(swapped.to.mapId, 'tuning.inner.steps[1]', '-7')
    assert.is(variable('small')?.value, '5')
    assert.match(variable('tuning')?.value ?? '', '-7')
    assert.is(second.variable('small').get(), 5)
    assert.throws(() => watched.monitor.setVariable(swapped.to.mapId, 'initial_cwnd', '5'), /constant/)
    assert.throws(() => watched.monitor.setVariable(swapped.to.mapId, 'no_such', '5'), /no_such/)
    void connection
  })
})

test("another process's: who holds it, where it is pinned, and how it goes", async () => {
  const file = await compileFixture('versions')
  await using bpffs = await mountBpffs()
  await leavesNothing(async (target) => {
    using watched = watching(target)
    const name = uniqueName()
    const { subprocess, pid } = startCcdk(['register', file, '--only', 'versions', '--name', name, '--json'])
    await once(subprocess.stdout, 'data')
    const own = () => watched.look().algorithms.find((view) => view.name === name)
    const found = own()
    assert.equal(found?.holders.filter(({ what }) => what === 'link').map((holder) => holder.pid), [pid])
    const [link] = found?.links ?? []
    {
      using handle = target.objects.link(link?.id ?? 0)
      assert.ok(handle)
      target.pin(handle, `${bpffs.path}/pinned`)
    }
    subprocess.kill('SIGINT')
    await subprocess
    // All of /proc is searched for holders, and so not at each look.
    await until(() => own()?.holders.length === 0 && own()?.links[0]?.pins[0] === `${bpffs.path}/pinned`, 'only the pin is left')
    target.unpin(`${bpffs.path}/pinned`)
    await until(() => own() === undefined, 'it is gone')
    assert.equal(watched.told(found?.mapId ?? 0)[0], 'registered')
    assert.ok(watched.told(found?.mapId ?? 0).includes('unregistered'))
  })
})

/** As after a clock was set, or the machine has slept. */
async function withClockAhead(ms: number, work: () => Promise<void>): Promise<void> {
  const { now } = Date
  Date.now = () => now() + ms
  try {
    await work()
  } finally {
    Date.now = now
  }
}

test('what programs print comes as events, and the flow of a connection at its ACKs', async () => {
  const prints = openObject(readFileSync(await compileFixture('prints')), 'prints.bpf.o')
  await leavesNothing(async (target) => {
    using watched = watching(target)
    using loaded = load(prints, target)
    const program = loaded.programs.get('prints')
    assert.ok(program)
    const printed = async (number: number): Promise<number> => {
      loaded.variable<number>('number').set(number)
      target.testRun(program.handle, {})
      const own = () => watched.events.find(({ kind, text }) => kind === 'printk' && text === `ccdk prints ${number}`)
      await until(() => {
        watched.look()
        return own() !== undefined
      }, 'the line has come')
      return Date.parse(own()?.at ?? '')
    }
    const before = Date.now()
    const at = await printed(4711)
    assert.ok(at >= before - 1 && at <= Date.now(), `${at} from ${before} on`)
    await withClockAhead(3_600_000, async () => assert.ok((await printed(4712)) >= before + 3_599_999))

    using connection = await send('reno', 1000)
    const { rows } = watched.look().sockets
    const cookie = rows.find(({ bytesAcked }) => Number(bytesAcked) >= 1000)?.cookie ?? ''
    assert.is(watched.monitor.flow(cookie)?.time.length, 0)
    writeSync(connection.number, Buffer.alloc(1000))
    await until(() => (watched.monitor.flow(cookie)?.time.length ?? 0) > 0, 'an ACK has come')
    const flow = watched.monitor.flow(cookie)
    assert.is(flow?.cwnd[0], rows.find((row) => row.cookie === cookie)?.cwnd)
    assert.is(watched.monitor.flow('nonsense'), undefined)
  })
})

test.run()
