import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { LinuxTarget, openFds } from '../../../src/kernel/index.ts'
import { type BpfObject, load, type LoadedObject, MAP_TYPE, openObject } from '../../../src/loader/index.ts'
import { compileFixture } from '../../support/compile.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'

const test = suite('maps of maps, of programs, shared maps, kernel symbols', [needs.root, needs.structOps, needs.clang])

const file = await compileFixture('map_kinds')
const target = new LinuxTarget()

/** Opens the object without the map that is pinned, which the tests of it bring in. */
function open(): BpfObject {
  const object = openObject(readFileSync(file), 'map_kinds.bpf.o')
  for (const map of object.maps) if (map.name === 'shared') map.pinned = false
  return object
}

const mapOf = (loaded: LoadedObject, name: string) => {
  const map = loaded.maps.get(name)
  assert.ok(map, name)
  return map
}

function global(loaded: LoadedObject, name: string): bigint {
  const symbol = loaded.object.elf.symbols.find((candidate) => candidate.name === name)
  const section = loaded.object.elf.sections[symbol?.section ?? 0]?.name ?? ''
  const map = [...loaded.maps.values()].find(({ spec }) => `.${spec.origin}` === section)
  assert.ok(symbol !== undefined && map !== undefined, name)
  return Buffer.from(target.lookup(map.handle, new Uint8Array(4), map.spec.valueSize) ?? []).readBigUInt64LE(symbol.value)
}

const u32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
const u64 = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer)

test('a program sees the inner maps, the programs and the symbols', () => {
  using loaded = load(open(), target)
  target.update(mapOf(loaded, 'first').handle, u32(1), u64(11n))
  target.update(mapOf(loaded, 'second').handle, u32(1), u64(22n))
  const run = loaded.programs.get('run')?.handle
  assert.ok(run)
  target.testRun(run, { context: new Uint8Array(8) })

  const found = (...names: string[]) => Object.fromEntries(names.map((name) => [name, global(loaded, name)]))
  assert.equal(found('in_first', 'in_second', 'after_tail'), { in_first: 11n, in_second: 22n, after_tail: 1n })
  assert.equal(found('version'), { version: BigInt(target.kernelVersion()) })
  assert.equal(found('has_cookie', 'has_wrapper'), { has_cookie: 1n, has_wrapper: 1n })
  const [, hostname = ''] = /^CONFIG_DEFAULT_HOSTNAME="(.*)"$/m.exec(target.kernelConfig() ?? '') ?? []
  assert.is(global(loaded, 'hostname'), BigInt(hostname.charCodeAt(1) || 0))
  assert.equal(found('no_such_option', 'no_such_symbol', 'no_such_function'), {
    no_such_option: 0n,
    no_such_symbol: 0n,
    no_such_function: 0n,
  })
  const symbols = readFileSync('/proc/kallsyms', 'latin1')
  const address = (name: string) => BigInt(`0x${new RegExp(`^([\\da-f]+) \\w ${name}$`, 'm').exec(symbols)?.[1] ?? '0'}`)
  assert.is(global(loaded, 'typed_symbol'), address('tcp_reno_undo_cwnd'))
  assert.is(global(loaded, 'untyped_symbol'), address('__x64_sys_bpf'))
})

test('a map of maps has the maps in their places', () => {
  using loaded = load(open(), target)
  const ids = [0, 1, 2].map((index) => target.lookup(mapOf(loaded, 'outer').handle, u32(index), 4))
  const idOf = (name: string) => target.objects.mapInfo(mapOf(loaded, name).handle).id
  assert.equal(ids, [u32(idOf('first')), undefined, u32(idOf('second'))])
})

test('ring buffers and perf event arrays get the size that the kernel wants', () => {
  using loaded = load(open(), target)
  assert.is(target.objects.mapInfo(mapOf(loaded, 'ring').handle).maxEntries, 8192)
  const events = target.objects.mapInfo(mapOf(loaded, 'events').handle)
  assert.equal([events.type, events.maxEntries], [MAP_TYPE.PERF_EVENT_ARRAY, target.possibleCpus()])
})

test('a map that is shared by its name is the same map for the next object', () => {
  using directory = temporaryDirectory()
  execFileSync('mount', ['-t', 'bpf', 'bpf', directory.path])
  try {
    const openShared = () => openObject(readFileSync(file), 'map_kinds.bpf.o')
    using one = load(openShared(), target, { pinRoot: directory.path })
    target.update(mapOf(one, 'shared').handle, u32(3), u64(33n))
    using two = load(openShared(), target, { pinRoot: directory.path })
    assert.equal(target.lookup(mapOf(two, 'shared').handle, u32(3), 8), u64(33n))

    const other = openShared()
    for (const map of other.maps) if (map.name === 'shared') map.maxEntries = 9
    assert.throws(
      () => load(other, target, { pinRoot: directory.path }),
      (error: unknown) => error instanceof UsageError && /entries 8 and not 9/.test(error.message),
    )
  } finally {
    execFileSync('umount', [directory.path])
  }
})

test('a slot of a map that was not to be created is refused, and nothing is left', () => {
  const object = open()
  for (const map of object.maps) if (map.name === 'second') map.autocreate = false
  const before = openFds().length
  assert.throws(() => load(object, target), /"second" at index 2/)
  assert.is(openFds().length, before)
})

test.after(() => target[Symbol.dispose]())

test.run()
