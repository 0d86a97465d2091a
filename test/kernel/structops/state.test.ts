import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import {
  availableCongestion,
  type Fd,
  type LinuxTarget,
  openTcpSocket,
  setCongestion,
} from '../../../src/kernel/index.ts'
import { load } from '../../../src/loader/index.ts'
import { describeMap, register, type StructOpsEntry } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('state and reference count', [needs.root, needs.structOps, needs.clang])

/** State and count of a map, `gone` when there is no such map. */
const stateOf = (target: LinuxTarget, map: number): string => {
  const entry = describeMap(target, map)
  return entry === undefined ? 'gone' : `${entry.state} ${entry.refcnt}`
}

/** The kernel frees a map some time after its last user has gone. */
async function untilGone(target: LinuxTarget, map: number): Promise<void> {
  for (let tries = 0; stateOf(target, map) !== 'gone' && tries < 100; tries += 1) await sleep(20)
  assert.is(stateOf(target, map), 'gone')
}

test('init, inuse, tobefree, gone: a map without a link, with a socket that holds it', async () => {
  const object = await openFixture('several')
  await leavesNothing(async (target) => {
    const loaded = load(object, target)
    const map = loaded.structOps.get('plain')
    assert.ok(map)
    const { id } = target.objects.mapInfo(map.handle)
    const before: StructOpsEntry | undefined = describeMap(target, id)
    assert.is(before?.state, 'init')
    assert.is(before?.registered, false)
    assert.is(before?.name, null)
    assert.equal(before?.members, [])
    assert.is(stateOf(target, id), 'init 0')

    const registration = register(loaded, 'plain')
    assert.is(stateOf(target, id), 'inuse 1')
    const name = registration.name ?? ''
    const socket = openTcpSocket('ipv4', name)
    assert.is(stateOf(target, id), 'inuse 2')

    registration.unregister()
    assert.is(stateOf(target, id), 'tobefree 1')
    assert.is(describeMap(target, id)?.registered, false)
    // It is still called what it was called, and its programs still run for the socket that has it.
    assert.is(describeMap(target, id)?.name, name)
    assert.is(describeMap(target, id)?.members.length, 3)
    assert.not.ok(availableCongestion().includes(name))
    assert.throws(
      () => openTcpSocket('ipv4', name),
      (error: unknown) => error instanceof SyscallError && error.errno === 'ENOENT',
    )

    loaded[Symbol.dispose]()
    assert.is(stateOf(target, id), 'tobefree 1')
    socket[Symbol.dispose]()
    await untilGone(target, id)
  })
})

test('a map that its owner still has open is tobefree without sockets too', async () => {
  const object = await openFixture('several')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'plain')
    registration.unregister()
    assert.is(stateOf(target, registration.mapId), 'tobefree 0')
    loaded[Symbol.dispose]()
    await untilGone(target, registration.mapId)
  })
})

for (const sockets of [1, 2, 10]) {
  test(`the reference count has one for the registration and one for each of ${sockets} sockets`, async () => {
    const object = await openFixture('several')
    await leavesNothing((target) => {
      using loaded = load(object, target)
      using registration = register(loaded, 'plain')
      using stack = new DisposableStack()
      const open: Fd[] = []
      for (let index = 1; index <= sockets; index += 1) {
        open.push(stack.use(openTcpSocket(index % 2 === 0 ? 'ipv4' : 'ipv6', registration.name ?? '')))
        assert.is(stateOf(target, registration.mapId), `inuse ${index + 1}`)
      }
      // A socket that chooses another one lets go, as one does that is closed.
      const first = open.shift()
      if (first !== undefined) setCongestion(first.number, 'reno')
      assert.is(stateOf(target, registration.mapId), `inuse ${sockets}`)
      open.pop()?.[Symbol.dispose]()
      assert.is(stateOf(target, registration.mapId), `inuse ${Math.max(1, sockets - 1)}`)
    })
  })
}

test('init, ready, registered, ready: a map with a link', async () => {
  const object = await openFixture('several')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    const map = loaded.structOps.get('linked')
    assert.ok(map)
    const { id } = target.objects.mapInfo(map.handle)
    assert.is(stateOf(target, id), 'init 0')
    const registration = register(loaded, 'linked')
    assert.is(describeMap(target, id)?.state, 'ready')
    const alone = describeMap(target, id)?.refcnt ?? Number.NaN
    const socket = openTcpSocket('ipv4', registration.name ?? '')
    assert.is(describeMap(target, id)?.refcnt, alone + 1)
    registration.unregister()
    assert.is(describeMap(target, id)?.state, 'ready')
    assert.is(describeMap(target, id)?.registered, false)
    loaded[Symbol.dispose]()
    // The socket keeps it.
    assert.is(describeMap(target, id)?.state, 'ready')
    socket[Symbol.dispose]()
    await untilGone(target, id)
  })
})

test.run()
