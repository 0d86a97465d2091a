import { existsSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { availableCongestion, type LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { type BpfObject, type Handle, load, type LoadedObject } from '../../../src/loader/index.ts'
import { buildValue, describeMap, register, setMember, unregister } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { openFixture, structOpsOf, uniqueName } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('links', [needs.root, needs.structOps, needs.clang])

const isAvailable = (name: string | null): boolean => name !== null && availableCongestion().includes(name)

const refused =
  (errno: string, hint: RegExp) =>
  (error: unknown): boolean =>
    error instanceof SyscallError && error.errno === errno && hint.test(error.hint)

/** Fills a map, which makes it ready to take the place of another. */
function fill(loaded: LoadedObject, map: string, target: LinuxTarget): Handle {
  const ops = loaded.structOps.get(map)
  assert.ok(ops)
  target.update(ops.handle, new Uint8Array(4), buildValue(ops, loaded))
  return ops.handle
}

const linkOf = (target: LinuxTarget, id: number | null): Handle => {
  const link = target.objects.link(id ?? 0)
  if (link === undefined) throw new Error(`no link ${id}`)
  return link
}

/** The map that a struct_ops link registers. */
function mapOf(target: LinuxTarget, link: Handle): number {
  const info = target.objects.linkInfo(link)
  assert.is(info.kind, 'struct_ops')
  return info.kind === 'struct_ops' ? info.mapId : 0
}

test('a pinned link outlives its process, and goes with its pin', async () => {
  await using bpffs = await mountBpffs()
  const object = await openFixture('several')
  const pin = join(bpffs.path, 'linked')
  await leavesNothing(async (target) => {
    const { name, mapId, linkId } = (() => {
      using loaded = load(object, target)
      const registration = register(loaded, 'linked', { pin })
      assert.is(registration.pin, pin)
      assert.is(registration.keptAliveBy, `link ${registration.linkId}, pinned at ${pin}`)
      registration.leave()
      return registration
    })()
    assert.ok(isAvailable(name))
    {
      using opened = target.openPinned(pin)
      assert.is(target.objects.linkInfo(opened).id, linkId)
      assert.is(mapOf(target, opened), mapId)
    }
    assert.is(describeMap(target, mapId)?.registered, true)
    target.unpin(pin)
    // The kernel lets go of a link in its own time when nobody closes it.
    for (let tries = 0; isAvailable(name) && tries < 100; tries += 1) await sleep(20)
    assert.not.ok(isAvailable(name))
  })
})

test('unregistering removes the pin, and so does a scope that ends', async () => {
  await using bpffs = await mountBpffs()
  const object = await openFixture('several')
  const pin = join(bpffs.path, 'linked')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'linked', { pin })
    assert.ok(existsSync(pin))
    registration.unregister()
    assert.not.ok(existsSync(pin))
    assert.not.ok(isAvailable(registration.name))
    registration.unregister()
    {
      using again = load(object, target)
      using scoped = register(again, 'linked', { pin })
      assert.ok(existsSync(pin) && isAvailable(scoped.name))
    }
    assert.not.ok(existsSync(pin))
  })
})

test('a pin that somebody else removed is no error', async () => {
  await using bpffs = await mountBpffs()
  const object = await openFixture('several')
  const pin = join(bpffs.path, 'linked')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'linked', { pin })
    unlinkSync(pin)
    assert.ok(isAvailable(registration.name))
    registration.unregister()
    assert.not.ok(isAvailable(registration.name))
    assert.throws(() => target.unpin(pin), refused('ENOENT', /^$/))
  })
})

test('the listing unregisters a pinned link by detaching it; the pin stays and does nothing', async () => {
  await using bpffs = await mountBpffs()
  const object = await openFixture('several')
  const pin = join(bpffs.path, 'linked')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'linked', { pin })
    registration.leave()
    const entry = describeMap(target, registration.mapId)
    assert.ok(entry)
    unregister(target, entry)
    assert.not.ok(isAvailable(registration.name))
    assert.ok(existsSync(pin))
    {
      using link = linkOf(target, registration.linkId)
      using again = load(object, target)
      const replacement = fill(again, 'linked', target)
      assert.throws(() => target.updateStructOpsLink(link, replacement), refused('ENOLINK', /has been detached/))
    }
    target.unpin(pin)
  })
})

test('a path that takes no pin: nothing is registered, and the error says why', async () => {
  await using bpffs = await mountBpffs()
  using directory = temporaryDirectory()
  const object = await openFixture('several')
  writeFileSync(join(directory.path, 'file'), '')
  await leavesNothing((target) => {
    const tryPin = (pin: string) => () => {
      using loaded = load(object, target)
      register(loaded, 'linked', { pin })
    }
    assert.throws(tryPin(join(directory.path, 'linked')), refused('EPERM', /not in a BPF file system/))
    assert.throws(tryPin(join(bpffs.path, 'missing', 'linked')), refused('ENOENT', /no such directory/))
    assert.throws(tryPin(join(bpffs.path, 'with.dot')), refused('EPERM', /dots/))
    using loaded = load(object, target)
    using first = register(loaded, 'linked', { pin: join(bpffs.path, 'taken') })
    assert.throws(tryPin(join(bpffs.path, 'taken')), refused('EEXIST', /"t_\w+" is registered already/))
    setMember(object, structOpsOf(object, 'linked'), 'name', uniqueName())
    assert.throws(tryPin(join(bpffs.path, 'taken')), refused('EEXIST', /pinned there already/))
    assert.ok(isAvailable(first.name))
    assert.throws(
      () => register(loaded, 'plain', { pin: join(bpffs.path, 'plain') }),
      (error: unknown) => error instanceof UsageError,
    )
    assert.not.ok(existsSync(join(bpffs.path, 'plain')))
  })
})

const refcntOf = (target: LinuxTarget, map: number): number => describeMap(target, map)?.refcnt ?? 0

test('a link is given another map: new sockets take it, old ones keep what they have', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using before = load(object, target)
    using after = load(object, target)
    using registration = register(before, 'linked')
    const name = registration.name ?? ''
    const replacement = fill(after, 'linked', target)
    const { id } = target.objects.mapInfo(replacement)

    using old = openTcpSocket('ipv4', name)
    const withSocket = refcntOf(target, registration.mapId)
    using link = linkOf(target, registration.linkId)
    target.updateStructOpsLink(link, replacement)

    assert.is(mapOf(target, link), id)
    assert.is(describeMap(target, id)?.registered, true)
    assert.equal(describeMap(target, id)?.links, [registration.linkId])
    assert.is(describeMap(target, registration.mapId)?.registered, false)
    // The old socket still holds the old map, which has lost the link's reference and nothing else.
    assert.ok(refcntOf(target, registration.mapId) >= 1)
    assert.ok(refcntOf(target, registration.mapId) < withSocket)

    const alone = refcntOf(target, id)
    using fresh = openTcpSocket('ipv4', name)
    assert.is(refcntOf(target, id), alone + 1)
    const oldCount = refcntOf(target, registration.mapId)
    old[Symbol.dispose]()
    assert.is(refcntOf(target, registration.mapId), oldCount - 1)
    assert.is(refcntOf(target, id), alone + 1)
    fresh[Symbol.dispose]()
  })
})

test('a swap that names the wrong old map, or changes the name, is refused', async () => {
  const object = await openFixture('several')
  const other = await openFixture('several')
  await leavesNothing((target) => {
    using before = load(object, target)
    using after = load(object, target)
    using renamed = load(other, target)
    using registration = register(before, 'linked')
    using link = linkOf(target, registration.linkId)
    const replacement = fill(after, 'linked', target)
    const stranger = fill(renamed, 'linked', target)
    const registered = before.structOps.get('linked')?.handle
    assert.ok(registered)

    assert.throws(
      () => target.updateStructOpsLink(link, replacement, stranger),
      refused('EPERM', /registers another map/),
    )
    assert.throws(() => target.updateStructOpsLink(link, stranger), refused('EINVAL', /the same name/))
    assert.is(mapOf(target, link), registration.mapId)
    target.updateStructOpsLink(link, replacement, registered)
    assert.is(mapOf(target, link), target.objects.mapInfo(replacement).id)
  })
})

test('a map that is not filled, or has no link, cannot be swapped in', async () => {
  const object: BpfObject = await openFixture('several')
  await leavesNothing((target) => {
    using before = load(object, target)
    using after = load(object, target)
    using registration = register(before, 'linked')
    using link = linkOf(target, registration.linkId)
    for (const map of ['linked', 'plain']) {
      const handle = after.structOps.get(map)?.handle
      assert.ok(handle)
      assert.throws(() => target.updateStructOpsLink(link, handle), refused('EINVAL', /one for links, filled/))
    }
    assert.is(mapOf(target, link), registration.mapId)
  })
})

test.run()
