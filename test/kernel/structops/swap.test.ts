import { join } from 'node:path'
import { execa } from 'execa'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { availableCongestion, LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { load } from '../../../src/loader/index.ts'
import { describeMap, listStructOps, register, setMember, swap } from '../../../src/structops/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { until } from '../../support/until.ts'
import { openFixture, structOpsOf, uniqueName } from '../support/algorithm.ts'
import { failEverywhere, failures, includesAll, type Work } from '../support/fail-everywhere.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('swapping', [needs.root, needs.structOps, needs.clang])

const isAvailable = (name: string | null): boolean => name !== null && availableCongestion().includes(name)

test('a new version takes the place of the old one under its link, and can be put back', async () => {
  const object = await openFixture('versions')
  await leavesNothing((target) => {
    using first = load(object, target)
    using second = load(object, target)
    using registration = register(first, 'versions')
    const linkId = registration.linkId ?? 0
    const old = openTcpSocket('ipv4', registration.name ?? '')

    using swapped = swap(second, 'versions', linkId)
    assert.is(swapped.name, registration.name)
    assert.equal(swapped.from, { mapId: registration.mapId, map: 'versions' })
    assert.is(describeMap(target, swapped.to.mapId)?.registered, true)
    assert.equal(describeMap(target, swapped.to.mapId)?.links, [linkId])
    // The socket keeps the version that it began with.
    assert.is(describeMap(target, swapped.from.mapId)?.refcnt, 1)
    assert.is(describeMap(target, swapped.from.mapId)?.registered, false)

    swapped.revert()
    assert.is(describeMap(target, swapped.from.mapId)?.registered, true)
    assert.is(describeMap(target, swapped.to.mapId)?.refcnt, 0)
    old[Symbol.dispose]()
  })
})

test('what cannot take its place is refused, and the old version stays', async () => {
  const object = await openFixture('versions')
  const other = await openFixture('several')
  const dummy = await openFixture('dummy_ops')
  await leavesNothing((target) => {
    using first = load(object, target)
    using stranger = load(other, target)
    using struct = load(dummy, target)
    using registration = register(first, 'versions')
    const linkId = registration.linkId ?? 0
    const refuses = (loaded: typeof first, map: string, link: number, why: RegExp) => {
      assert.throws(() => swap(loaded, map, link), (error: unknown) => error instanceof UsageError && why.test(error.message))
      assert.is(describeMap(target, registration.mapId)?.registered, true)
    }
    refuses(stranger, 'linked', linkId, /"linked" has the name "t_\w+", and the link registers "t_\w+"/)
    refuses(stranger, 'plain', linkId, /"plain" is registered without a link/)
    refuses(stranger, 'nothing', linkId, /has no struct_ops map "nothing"/)
    refuses(stranger, 'linked', 2 ** 31 - 1, /there is no link/)
    const [map = ''] = struct.structOps.keys()
    refuses(struct, map, linkId, /without a link|is a bpf_dummy_ops/)
  })
})

test('a link that was detached is given nothing', async () => {
  const object = await openFixture('versions')
  await leavesNothing((target) => {
    using first = load(object, target)
    using second = load(object, target)
    using registration = register(first, 'versions')
    using link = target.objects.link(registration.linkId ?? 0)
    assert.ok(link)
    target.detachLink(link)
    assert.throws(() => swap(second, 'versions', registration.linkId ?? 0), /registers nothing any more/)
  })
})

test('somebody else who swaps meanwhile wins: theirs stays', async () => {
  const object = await openFixture('versions')
  await leavesNothing((target) => {
    using first = load(object, target)
    using theirs = load(object, target)
    using registration = register(first, 'versions')
    const linkId = registration.linkId ?? 0
    // They come between the look at what is registered and the swap.
    const racing = intercepted(target, (method, call) => {
      if (method === 'updateStructOpsLink') swap(theirs, 'versions', linkId)[Symbol.dispose]()
      return call()
    })
    using ours = load(object, racing)
    assert.throws(
      () => swap(ours, 'versions', linkId),
      (error: unknown) => error instanceof SyscallError && error.errno === 'EPERM' && /somebody else has just swapped it/.test(error.hint),
    )
    const { handle } = theirs.structOps.get('versions') ?? {}
    assert.ok(handle)
    assert.is(describeMap(target, target.objects.mapInfo(handle).id)?.registered, true)
  })
})

for (const failure of failures) {
  test(`a failure at any call leaves the old version: ${failure.what}`, async () => {
    const object = await openFixture('versions')
    using linux = new LinuxTarget()
    const work: Work = (target, done) => {
      using first = load(object, linux)
      using registration = register(first, 'versions')
      try {
        using second = load(object, target)
        using swapped = swap(second, 'versions', registration.linkId ?? 0)
        done()
        swapped.revert()
      } finally {
        assert.is(describeMap(linux, registration.mapId)?.registered, true)
      }
    }
    const methods = await failEverywhere(work, failure)
    includesAll(methods, ['loadProgram', 'objects.link', 'objects.linkInfo', 'update', 'updateStructOpsLink'])
  })
}

test('killed at any call, it leaves the old version or the new one, whole', async () => {
  const object = await openFixture('versions')
  const name = uniqueName()
  setMember(object, structOpsOf(object, 'versions'), 'name', name)
  const file = await compileFixture('versions')
  const killed = join(import.meta.dirname, '../support/killed-switch-process.ts')
  using target = new LinuxTarget()
  using first = load(object, target)
  using registration = register(first, 'versions')
  const outcomes = new Set<string>()
  let before = registration.mapId
  for (let n = 1, ended = false; !ended; n += 1) {
    const { exitCode, signal, stderr } = await execa(process.execPath, [killed, file, name, String(n)], { reject: false })
    ended = exitCode === 0
    assert.ok(ended || signal === 'SIGKILL', stderr)
    assert.ok(isAvailable(name))
    const registered = listStructOps(target).filter((entry) => entry.name === name && entry.registered)
    assert.is(registered.length, 1, `after ${n} calls`)
    const [{ mapId, members, links } = { mapId: 0, members: [], links: [] }] = registered
    assert.equal(links, [registration.linkId])
    assert.is(members.length, 5)
    outcomes.add(ended ? 'done' : mapId === before ? 'old' : 'new')
    // It is usable: a socket takes it.
    using socket = openTcpSocket('ipv4', name)
    assert.is(describeMap(target, mapId)?.refcnt, 2)
    assert.ok(socket)
    before = mapId
  }
  assert.equal([...outcomes], ['old', 'new', 'done'])
  registration.unregister()
  const ours = listStructOps(target).filter((entry) => entry.name === name && entry.mapId !== registration.mapId)
  await until(() => ours.every(({ mapId }) => describeMap(target, mapId) === undefined), 'all versions are gone')
})

test.run()
