// gate: timeout 120s
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { PermissionError, SyscallError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { Monitor } from '../../../src/monitor/index.ts'
import { register } from '../../../src/structops/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { structOpsOf, withUniqueNames } from '../support/algorithm.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback } from '../support/traffic.ts'

const test = suite('a monitor whose calls fail', [needs.root, needs.structOps, needs.clang])

test.before(ownLoopback)

const full = new SyscallError({ doing: 'opening it', syscall: 'bpf', errno: 'EMFILE' })
const refused = new PermissionError({ doing: 'asking', syscall: 'bpf', errno: 'EPERM', capability: 'CAP_SYS_ADMIN' })

/** A monitor of a target whose methods throw what stands in `failing`. */
function watching(target: LinuxTarget, failing: Map<string, Error>) {
  const monitor = new Monitor(
    intercepted(target, (method, call) => {
      const error = failing.get(method)
      if (error !== undefined) throw error
      return call()
    }),
    { namespaces: [] },
  )
  /** What is seen of one map, whatever others do on the machine meanwhile. */
  const look = (own = 0) => {
    const { algorithms, events, cannot } = monitor.look()
    return {
      isThere: algorithms.some(({ mapId }) => mapId === own),
      events: events.flatMap(({ kind, text, mapId }) => (kind === 'error' ? text : mapId === own ? kind : [])),
      cannot: cannot.map(({ what }) => what),
    }
  }
  return { monitor, look, [Symbol.dispose]: () => monitor[Symbol.dispose]() }
}

async function plainVersion(target: LinuxTarget): Promise<LoadedObject> {
  const object = withUniqueNames(openObject(readFileSync(await compileFixture('versions')), 'versions.bpf.o'))
  structOpsOf(object, 'versions_plain').autocreate = true
  return load(object, target)
}

test('what is registered stays through looks that fail, which is told once, and is looked for again', async () => {
  for (const method of ['objects.ids', 'objects.map', 'objects.mapInfo', 'lookup', 'objects.programInfo']) {
    await leavesNothing(async (target) => {
      const failing = new Map<string, Error>()
      using watched = watching(target, failing)
      watched.look()
      using loaded = await plainVersion(target)
      using registration = register(loaded, 'versions_plain')
      const { mapId } = registration
      assert.equal(watched.look(mapId), { isThere: true, events: ['registered'], cannot: [] })
      failing.set(method, full)
      assert.equal(watched.look(mapId), { isThere: true, events: [full.message], cannot: [] }, method)
      assert.equal(watched.look(mapId), { isThere: true, events: [], cannot: [] }, method)
      failing.clear()
      registration.unregister()
      assert.is(watched.look(mapId).events[0], 'unregistered', method)
    })
  }
})

test('what there is at first is no news, when the first looks have failed', async () => {
  await leavesNothing(async (target) => {
    const failing = new Map<string, Error>([['objects.ids', full]])
    using loaded = await plainVersion(target)
    using registration = register(loaded, 'versions_plain')
    using watched = watching(target, failing)
    assert.equal(watched.look(), { isThere: false, events: [full.message], cannot: [] })
    failing.clear()
    assert.equal(watched.look(registration.mapId), { isThere: true, events: [], cannot: [] })
  })
})

test('without the right there is nothing to see, and it is not tried again', async () => {
  await leavesNothing((target) => {
    const failing = new Map<string, Error>([['objects.ids', refused]])
    using watched = watching(target, failing)
    const nothing = { isThere: false, events: [], cannot: ['what is registered'] }
    assert.equal(watched.look(), nothing)
    failing.set('objects.ids', new Error('asked again'))
    assert.equal(watched.look(), nothing)
  })
})

test('statistics that the kernel refuses are told to who asks for them, and lack until it grants them', async () => {
  await leavesNothing((target) => {
    const failing = new Map<string, Error>([['enableRunStatistics', refused]])
    using watched = watching(target, failing)
    assert.equal(watched.look().cannot, ['calls and time of programs'])
    assert.throws(() => watched.monitor.setStatistics(true), (error: unknown) => error === refused)
    assert.is(watched.monitor.statistics, false)
    failing.clear()
    watched.monitor.setStatistics(true)
    assert.is(watched.monitor.statistics, true)
    assert.equal(watched.look().cannot, [])
  })
})

test.run()
