import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { SyscallError, VerifierError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedMap, type LoadedObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { bpftool } from '../support/bpftool.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback, send } from '../support/traffic.ts'

const test = suite('maps and data on the kernel', [needs.root, needs.structOps, needs.clang, needs.bpftool])

test.before(ownLoopback)

const key = (number: number): Uint8Array => new Uint8Array(Uint32Array.of(number).buffer)

function mapOf(loaded: LoadedObject, name: string): LoadedMap {
  const map = loaded.maps.get(name)
  if (map === undefined) throw new Error(`no map "${name}"`)
  return map
}

/** Reads the value of a map as a view, undefined when it has none of that key. */
function valueOf(target: LinuxTarget, loaded: LoadedObject, name: string, at = 0): DataView | undefined {
  const { handle, spec } = mapOf(loaded, name)
  const value = target.lookup(handle, key(at), spec.valueSize)
  return value && new DataView(value.buffer)
}

/** The variables of the program, by the names that bpftool reads from the types that were loaded. */
async function variables(target: LinuxTarget, loaded: LoadedObject, name: string): Promise<Record<string, number>> {
  const { id } = target.objects.mapInfo(mapOf(loaded, name).handle)
  type Dump = [{ formatted: { value: Record<string, Record<string, number>[]> } }]
  const [{ formatted }] = await bpftool<Dump>('map', 'dump', 'id', String(id))
  return Object.assign({}, ...Object.values(formatted.value).flat())
}

test('variables start as the object says, and can be changed before loading', async () => {
  const object = await openFixture('maps')
  const data = object.maps.find(({ name }) => name === 'maps.data')
  const rodata = object.maps.find(({ name }) => name === 'maps.rodata')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    assert.equal(await variables(target, loaded, 'maps.rodata'), { step: 3 })
    assert.equal(await variables(target, loaded, 'maps.data'), { threshold: 10 })
    assert.equal(await variables(target, loaded, 'maps.bss'), { acks: 0, hz: 0, looped: 0 })
    data?.initial?.set(key(77))
    rodata?.initial?.set(key(5))
    using changed = load(object, target)
    assert.equal(await variables(target, changed, 'maps.rodata'), { step: 5 })
    assert.equal(await variables(target, changed, 'maps.data'), { threshold: 77 })
    assert.equal(await variables(target, loaded, 'maps.data'), { threshold: 10 })
  })
})

/** What the program makes of `threshold` in as many calls. */
function thresholdAfter(calls: number, step: number): number {
  let threshold = 10
  for (let acks = 1; acks <= calls; acks += 1) {
    if (acks >= threshold) threshold = threshold > 1000 ? 10 : threshold + step
  }
  return threshold
}

test('maps, variables, a configuration option, a global subprogram and a callback work in a running algorithm', async () => {
  const object = await openFixture('maps')
  const hz = Number(/^CONFIG_HZ=(\d+)$/m.exec(gunzipSync(readFileSync('/proc/config.gz')).toString())?.[1])
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    using registration = register(loaded, 'maps')
    using connection = await send(registration.name ?? '', 2_000_000)
    const { acks = 0, ...others } = await variables(target, loaded, 'maps.bss')
    assert.ok(acks > 10, `${acks} calls`)
    assert.equal(others, { hz, looped: 0 + 1 + 2 + 3 + 4 })
    assert.equal(await variables(target, loaded, 'maps.data'), { threshold: thresholdAfter(acks, 3) })
    assert.is(valueOf(target, loaded, 'counters')?.getBigUint64(0, true), BigInt(acks))
    assert.is(valueOf(target, loaded, 'counters', 1)?.getBigUint64(0, true), 0n)
    assert.is(valueOf(target, loaded, 'counters', 4), undefined)
    const states = [0, 1, 2, 3, 4].map((state) => valueOf(target, loaded, 'by_state', state)?.getBigUint64(0, true) ?? 0n)
    assert.is(states.reduce((sum, count) => sum + count, 0n), BigInt(acks))
    // ABI: from outside, the key of a socket's storage is its descriptor.
    const storage = valueOf(target, loaded, 'sockets', connection.number)
    assert.is(storage?.getBigUint64(0, true), BigInt(acks))
    assert.ok((storage?.getUint32(8, true) ?? 0) >= 10)
  })
})

test('constants and configuration cannot be written, variables can', async () => {
  const object = await openFixture('maps')
  await leavesNothing(async (target) => {
    using loaded = load(object, target)
    for (const name of ['maps.rodata', 'maps.kconfig']) {
      const { id } = target.objects.mapInfo(mapOf(loaded, name).handle)
      const shown = await bpftool<{ frozen: number; flags: number }>('map', 'show', 'id', String(id))
      assert.is(shown.frozen, 1, name)
      // ABI: BPF_F_RDONLY_PROG, linux/bpf.h.
      assert.is(shown.flags & 128, 128, name)
      assert.throws(
        () => target.update(mapOf(loaded, name).handle, key(0), key(9)),
        (error: unknown) => error instanceof SyscallError && error.errno === 'EPERM' && /frozen/.test(error.hint),
      )
    }
    target.update(mapOf(loaded, 'maps.data').handle, key(0), key(99))
    assert.equal(await variables(target, loaded, 'maps.data'), { threshold: 99 })
  })
})

test('elements are put in, found and deleted', async () => {
  const object = await openFixture('maps')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const { handle } = mapOf(loaded, 'by_state')
    assert.is(target.lookup(handle, key(7), 8), undefined)
    target.update(handle, key(7), new Uint8Array(8).fill(1))
    assert.equal(target.lookup(handle, key(7), 8), new Uint8Array(8).fill(1))
    target.delete(handle, key(7))
    assert.is(target.lookup(handle, key(7), 8), undefined)
    assert.throws(() => target.delete(handle, key(7)), (error: unknown) => error instanceof SyscallError && error.errno === 'ENOENT')
    for (let state = 0; state < 16; state += 1) target.update(handle, key(state), new Uint8Array(8))
    assert.throws(
      () => target.update(handle, key(16), new Uint8Array(8)),
      (error: unknown) => error instanceof SyscallError && error.errno === 'E2BIG',
    )
  })
})

test('a map can be made larger before loading, and one that a program uses cannot be left out', async () => {
  const object = await openFixture('maps')
  const counters = object.maps.find(({ name }) => name === 'counters')
  assert.ok(counters)
  counters.maxEntries = 9
  await leavesNothing((target) => {
    using loaded = load(object, target)
    assert.is(target.objects.mapInfo(mapOf(loaded, 'counters').handle).maxEntries, 9)
    counters.autocreate = false
    assert.throws(
      () => load(object, target),
      (error: unknown) => error instanceof VerifierError && /uses map "counters", which was not/.test(error.summary.reason),
    )
  })
})

test.run()
