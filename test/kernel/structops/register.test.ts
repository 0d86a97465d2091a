import { UsageError } from '../../../src/errors/index.ts'
import { availableCongestion, type LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { type BpfObject, load } from '../../../src/loader/index.ts'
import {
  describeMap,
  listStructOps,
  register,
  setMember,
  type StructOpsEntry,
  unregister,
} from '../../../src/structops/index.ts'
import * as assert from 'uvu/assert'
import { needs, suite } from '../../support/needs.ts'
import { openExample, openFixture, structOpsOf, uniqueName } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('registering', [needs.root, needs.structOps, needs.clang])

const entryOf = (target: LinuxTarget, map: number): StructOpsEntry => {
  const entry = describeMap(target, map)
  if (entry === undefined) throw new Error(`no struct_ops map ${map}`)
  return entry
}

const isAvailable = (name: string | null): boolean => name !== null && availableCongestion().includes(name)

const isRegistered = (target: LinuxTarget, name: string | null): boolean =>
  listStructOps(target).some((entry) => entry.name === name && entry.registered)

test('a map of .struct_ops is registered by itself until it is unregistered', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'plain')
    assert.is(registration.linkId, null)
    assert.is(registration.keptAliveBy, 'the kernel, until it is unregistered')
    assert.ok(isAvailable(registration.name))
    const entry = entryOf(target, registration.mapId)
    assert.is(entry.name, registration.name)
    assert.is(entry.map, 'plain')
    assert.is(entry.struct, 'tcp_congestion_ops')
    assert.is(entry.state, 'inuse')
    assert.is(entry.registered, true)
    assert.is(entry.byLink, false)
    assert.equal(
      entry.members.map(({ member, program }) => [member, program]),
      [
        ['ssthresh', 'fixture_ssthresh'],
        ['cong_avoid', 'fixture_cong_avoid'],
        ['undo_cwnd', 'fixture_undo_cwnd'],
      ],
    )
    registration.unregister()
    assert.not.ok(isAvailable(registration.name))
    // Twice is as good as once.
    registration.unregister()
    registration[Symbol.dispose]()
  })
})

test('a map of .struct_ops.link is registered as long as its link lives', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'linked')
    assert.is(registration.keptAliveBy, `link ${registration.linkId}, which this process holds`)
    assert.ok(isAvailable(registration.name))
    const entry = entryOf(target, registration.mapId)
    assert.is(entry.state, 'ready')
    assert.is(entry.registered, true)
    assert.is(entry.byLink, true)
    assert.equal(entry.links, [registration.linkId])
    assert.throws(
      () => registration.leave(),
      (error: unknown) => error instanceof UsageError,
    )
    assert.ok(isAvailable(registration.name))
    registration[Symbol.dispose]()
    assert.not.ok(isAvailable(registration.name))
    assert.is(entryOf(target, registration.mapId).registered, false)
    registration.unregister()
  })
})

test('a scope that ends unregisters, with a link and without', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const names = (() => {
      using plain = register(loaded, 'plain')
      using linked = register(loaded, 'linked')
      assert.ok(isAvailable(plain.name) && isAvailable(linked.name))
      return [plain.name, linked.name]
    })()
    assert.equal(names.map(isAvailable), [false, false])
  })
})

test('a map of ?.struct_ops is made only when asked for', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using without = load(object, target)
    assert.equal([...without.structOps.keys()], ['plain', 'linked'])
    assert.not.ok(without.programs.has('optional_cong_avoid'))
    assert.throws(
      () => register(without, 'optional'),
      (error: unknown) => error instanceof UsageError,
    )

    structOpsOf(object, 'optional').autocreate = true
    using loaded = load(object, target)
    assert.equal([...loaded.structOps.keys()].toSorted(), ['linked', 'optional', 'plain'])
    using optional = register(loaded, 'optional')
    assert.is(entryOf(target, optional.mapId).state, 'inuse')
    assert.ok(entryOf(target, optional.mapId).members.some(({ program }) => program === 'optional_cong_avoid'))
  })
})

test('several maps of one struct are registered side by side', async () => {
  const object = await openFixture('several')
  structOpsOf(object, 'optional').autocreate = true
  await leavesNothing((target) => {
    using loaded = load(object, target)
    using plain = register(loaded, 'plain')
    using linked = register(loaded, 'linked')
    using optional = register(loaded, 'optional')
    const all = [plain, linked, optional]
    assert.is(new Set(all.map(({ mapId }) => mapId)).size, 3)
    assert.ok(all.every(({ name }) => isAvailable(name)))
    for (const { name } of all) openTcpSocket('ipv4', name ?? '')[Symbol.dispose]()
  })
})

test('name, flags and programs can be changed before loading', async () => {
  const object = await openFixture('several')
  const spec = structOpsOf(object, 'plain')
  const name = uniqueName()
  setMember(object, spec, 'name', name)
  setMember(object, spec, 'flags', 1)
  setMember(object, spec, 'cong_avoid', 'linked_cong_avoid')
  structOpsOf(object, 'linked').autocreate = false
  await leavesNothing((target) => {
    using loaded = load(object, target)
    assert.not.ok(loaded.programs.has('fixture_cong_avoid'))
    using registration = register(loaded, 'plain')
    assert.is(registration.name, name)
    const entry = entryOf(target, registration.mapId)
    assert.is(entry.name, name)
    assert.is(entry.members.find(({ member }) => member === 'cong_avoid')?.program, 'linked_cong_avoid')
  })
})

test('what is not set by a program can be added and taken away', async () => {
  const object = await openExample('bpf_cubic')
  const [spec] = object.structOps
  assert.ok(spec)
  const optional = [...spec.programs.keys()].filter(
    (member) => !['ssthresh', 'cong_avoid', 'undo_cwnd'].includes(member),
  )
  assert.ok(optional.length > 0)
  for (const member of optional) setMember(object, spec, member, null)
  await leavesNothing((target) => {
    using loaded = load(object, target)
    assert.is(loaded.programs.size, 3)
    using registration = register(loaded, spec.name)
    assert.is(entryOf(target, registration.mapId).members.length, 3)
  })
})

test('an object is loaded and registered again after it was closed, and twice at a time under two names', async () => {
  const object = await openFixture('skipped_member')
  const [spec] = object.structOps
  assert.ok(spec)
  await leavesNothing((target) => {
    for (let round = 0; round < 3; round += 1) {
      using loaded = load(object, target)
      using registration = register(loaded, spec.name)
      assert.ok(isAvailable(registration.name))
    }
    using first = load(object, target)
    using registered = register(first, spec.name)
    const second = uniqueName()
    setMember(object, spec, 'name', second)
    using other = load(object, target)
    using alsoRegistered = register(other, spec.name)
    assert.is(alsoRegistered.name, second)
    assert.not.equal(registered.name, second)
    assert.ok(isAvailable(registered.name) && isAvailable(second))
  })
})

/** Loads and registers, lets go of everything, and answers what is registered. */
function abandon(object: BpfObject, map: string, target: LinuxTarget): { name: string | null; mapId: number } {
  using loaded = load(object, target)
  const { name, mapId } = register(loaded, map)
  return { name, mapId }
}

test('closing an object leaves a plain map registered, and the listing can unregister it', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    const { name, mapId } = abandon(object, 'plain', target)
    assert.ok(isAvailable(name))
    const entry = entryOf(target, mapId)
    assert.is(entry.state, 'inuse')
    assert.is(entry.members.length, 3)
    unregister(target, entry)
    assert.not.ok(isAvailable(name))
    assert.not.ok(isRegistered(target, name))
  })
})

test('a registration that was left stays, for the listing to unregister', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const registration = register(loaded, 'plain')
    registration.leave()
    registration[Symbol.dispose]()
    assert.ok(isAvailable(registration.name))
    unregister(target, entryOf(target, registration.mapId))
    assert.not.ok(isAvailable(registration.name))
  })
})

test('a link that another holds is detached', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    using registration = register(loaded, 'linked')
    const entry = entryOf(target, registration.mapId)
    unregister(target, entry)
    assert.not.ok(isAvailable(registration.name))
    const after = entryOf(target, registration.mapId)
    assert.is(after.registered, false)
    assert.equal(after.links, [])
    assert.throws(
      () => unregister(target, after),
      (error: unknown) => error instanceof UsageError && /is not registered/.test(error.message),
    )
    // What the link's owner still holds registers nothing any more.
    registration.unregister()
  })
})

test.run()
