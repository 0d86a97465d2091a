import { closeSync, openSync, readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import { check, Fd, type LinuxTarget, openProcess, openTcpSocket } from '../../../src/kernel/index.ts'
import * as libc from '../../../src/kernel/libc.ts'
import { type Handle, load, type LoadedObject, MAP_TYPE, UPDATE } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { cgroupRoot } from '../support/cgroups.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('maps in ways of their own', [needs.root, needs.structOps, needs.clang])

async function withMaps(action: (loaded: LoadedObject, target: LinuxTarget) => void): Promise<void> {
  const object = await openFixture('map_access')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    action(loaded, target)
  })
}

const refused = (errno: string) => (error: unknown) => error instanceof SyscallError && error.errno === errno

function programOf(loaded: LoadedObject, name: string): Handle {
  const program = loaded.programs.get(name)
  assert.ok(program, name)
  return program.handle
}

interface Locked {
  first: bigint
  lock?: { val: number }
  second: bigint
}

test('values with a lock: written and read whole, and the lock is nobody\'s to write', async () => {
  await withMaps((loaded, target) => {
    const map = loaded.map<number, Locked>('locks')
    map.set(1, { first: 1n, second: 2n })
    map.set(1, { first: 10n, lock: { val: 99 }, second: 20n }, UPDATE.LOCK)
    const whole = (first: bigint, second: bigint) => ({ first, lock: { val: 0 }, second })
    assert.equal(map.get(1, UPDATE.LOCK), whole(10n, 20n))
    assert.is(target.testRun(programOf(loaded, 'change'), { data: new Uint8Array(14) }).returned, 0)
    assert.equal(map.get(1, UPDATE.LOCK), whole(20n, 10n))
    map.setMany([2, 3].map((key) => [key, { first: BigInt(key), second: 0n }]))
    map.setMany([2, 3].map((key) => [key, { first: BigInt(key * 10), second: 1n }]), UPDATE.LOCK)
    const entries = [...map.entries(UPDATE.LOCK)].toSorted(([left], [right]) => left - right)
    assert.equal(entries, [[1, whole(20n, 10n)], [2, whole(20n, 1n)], [3, whole(30n, 1n)]])
    assert.equal(map.take(2, UPDATE.LOCK), whole(20n, 1n))
    assert.equal([...map.takeAll(UPDATE.LOCK)].length, 2)
    const array = loaded.map<number, Locked>('array_of_locks')
    array.set(3, { first: 7n, second: 8n }, UPDATE.LOCK)
    assert.equal(array.get(3, UPDATE.LOCK), whole(7n, 8n))
  })
})

test('a value without a lock cannot be asked for with it', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<number, bigint>('plain')
    map.set(1, 1n)
    assert.throws(() => map.get(1, UPDATE.LOCK), refused('EINVAL'))
    assert.throws(() => map.set(1, 1n, UPDATE.LOCK), refused('EINVAL'))
    assert.throws(() => [...map.entries(UPDATE.LOCK)], refused('EINVAL'))
    assert.equal([...map], [[1, 1n]])
  })
})

interface Point {
  x: number
  y: number
}

test('storage of a process, a cgroup, a socket and a file, by their descriptors', async () => {
  await withMaps((loaded) => {
    using owned = new DisposableStack()
    const opened = (path: string): number => owned.adopt(openSync(path, 'r'), closeSync)
    const keys: [map: string, key: number | Handle][] = [
      ['tasks', owned.use(openProcess(process.pid))],
      ['cgroups', opened(cgroupRoot())],
      ['sockets', owned.use(openTcpSocket('ipv4', 'reno'))],
      ['files', opened('/proc/self/exe')],
    ]
    for (const [name, key] of keys) {
      const map = loaded.map<number | Handle, Point>(name)
      assert.is(map.get(key), undefined, name)
      map.set(key, { x: 1, y: 2 }, UPDATE.NOEXIST)
      assert.throws(() => map.set(key, { x: 3, y: 4 }, UPDATE.NOEXIST), refused('EEXIST'))
      map.set(key, { x: 3, y: 4 }, UPDATE.EXIST)
      assert.equal(map.get(key), { x: 3, y: 4 }, name)
      assert.ok(map.delete(key), name)
      assert.not.ok(map.has(key), name)
    }
    const task = loaded.map<number | Handle, Point>('tasks')
    assert.throws(() => task.get(opened('/dev/null')), refused('EBADF'))
    assert.throws(() => openProcess(0x3f_ffff), (error: unknown) => error instanceof SyscallError && /no such process/.test(error.hint))
  })
})

test('a map in a map is replaced while programs run', async () => {
  await withMaps((loaded, target) => {
    using owned = new DisposableStack()
    const inner = (value: bigint): Handle => {
      const map = owned.use(target.createMap({ name: 'inner', type: MAP_TYPE.ARRAY, keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 }))
      target.update(map, new Uint8Array(4), new Uint8Array(BigUint64Array.of(value).buffer))
      return map
    }
    const seen = () => {
      target.testRun(programOf(loaded, 'look'), { context: new Uint8Array(8) })
      return [loaded.variable('in_index').get(), loaded.variable('in_name').get()]
    }
    const array = loaded.map<number, number | Handle>('by_index')
    const hash = loaded.map<bigint, number | Handle>('by_name')
    assert.equal(seen(), [0n, 0n])
    const [first, second] = [inner(5n), inner(6n)]
    array.set(1, first)
    hash.set(77n, first)
    assert.equal(seen(), [5n, 5n])
    array.set(1, second)
    hash.set(77n, second, UPDATE.EXIST)
    assert.equal(seen(), [6n, 6n])
    const id = target.objects.mapInfo(second).id
    assert.equal([array.get(1), hash.get(77n)], [id, id])
    assert.equal([[...hash.entries()], [...array.entries()]], [[[77n, id]], [[1, id]]])
    assert.ok(array.delete(1) && hash.delete(77n))
    assert.equal(seen(), [0n, 0n])
    const wrong = owned.use(target.createMap({ name: 'wrong', type: MAP_TYPE.HASH, keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 }))
    assert.throws(() => array.set(1, wrong), refused('EINVAL'))
  })
})

test('a stack is read as addresses of the kernel', async () => {
  await withMaps((loaded, target) => {
    target.testRun(programOf(loaded, 'look'), { context: new Uint8Array(8) })
    const id = Number(loaded.variable<bigint>('stack').get())
    assert.ok(id >= 0, String(id))
    const map = loaded.map<number, bigint[]>('stacks')
    const stack = map.get(id) ?? []
    assert.ok(stack.length > 0 && stack.length <= 10)
    const text = /^([\da-f]+) T _text$/m.exec(readFileSync('/proc/kallsyms', 'latin1'))?.[1]
    assert.ok(stack.slice(1).every((address) => address >= BigInt(`0x${text ?? ''}`)), stack.map((address) => address.toString(16)).join(' '))
    assert.equal([...map.keys()], [id])
    assert.ok(map.delete(id))
    assert.throws(() => map.set(1, [1n]), (error: unknown) => error instanceof UsageError && /only programs take stacks/.test(error.message))
  })
})

test('devices and CPUs with a program that runs there', async () => {
  await withMaps((loaded, target) => {
    const loopback = 1
    const idOf = (name: string) => target.objects.programInfo(programOf(loaded, name)).id
    for (const name of ['devices', 'devices_by_key']) {
      const map = loaded.map<number | Uint8Array, { ifindex: number; program?: number | Handle }>(name)
      const key = name === 'devices' ? 2 : Uint8Array.of(2, 0, 0, 0)
      map.set(key, { ifindex: loopback, program: programOf(loaded, 'at_device') })
      assert.equal(map.get(key), { ifindex: loopback, program: idOf('at_device') })
      map.set(key, { ifindex: loopback })
      assert.equal(map.get(key), { ifindex: loopback, program: 0 })
      assert.throws(() => map.set(key, { ifindex: loopback, program: programOf(loaded, 'at_cpu') }), refused('EINVAL'))
      assert.ok(map.delete(key))
    }
    const plain = loaded.map<number, number>('plain_devices')
    plain.set(0, loopback)
    assert.is(plain.get(0), loopback)
    const cpus = loaded.map<number, { qsize: number; program?: number | Handle }>('cpus')
    cpus.set(0, { qsize: 192, program: programOf(loaded, 'at_cpu') })
    assert.equal(cpus.get(0), { qsize: 192, program: idOf('at_cpu') })
    assert.ok(cpus.delete(0))
  })
})

// ABI: sys/socket.h, netinet/in.h: AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, SOL_SOCKET, SO_COOKIE.
const udp = { family: 2, type: 2 | 0x8_0000, level: 1, cookie: 57 }

test('a socket is put into a map by its descriptor, and read as its cookie', async () => {
  await withMaps((loaded) => {
    using socket = new Fd(check(libc.socket(udp.family, udp.type, 0), { doing: 'making a socket', syscall: 'socket' }), 'socket')
    check(libc.bindSocket(socket.number, Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, ...new Uint8Array(8)), 16), { doing: 'binding', syscall: 'bind' })
    const cookie = new Uint8Array(8)
    check(libc.getsockopt(socket.number, udp.level, udp.cookie, cookie, Uint32Array.of(8)), { doing: 'asking', syscall: 'getsockopt' })
    const map = loaded.map<number, bigint | Handle>('socket_map')
    map.set(1, socket)
    assert.is(map.get(1), Buffer.from(cookie).readBigUInt64LE())
    assert.ok(map.delete(1))
    map.set(0, BigInt(socket.number))
    assert.ok(map.has(0))
  })
})

test('an array in memory: what a program writes is there, and what is written here it finds', async () => {
  await withMaps((loaded, target) => {
    const map = loaded.map<number, Point>('mapped')
    loaded.map<number, Locked>('locks').set(1, { first: 1n, second: 2n })
    using live = map.live()
    assert.is(live.length, 1000)
    live.set(1, { x: 100, y: 200 })
    live.set(999, { x: 9, y: 9 })
    assert.equal([map.get(1), map.get(999), map.get(998)], [{ x: 100, y: 200 }, { x: 9, y: 9 }, { x: 0, y: 0 }])
    target.testRun(programOf(loaded, 'change'), { data: new Uint8Array(14) })
    assert.equal(live.get(1), { x: 101, y: 202 })
    assert.equal([...live].filter(({ x }) => x !== 0).length, 2)
    for (const index of [-1, 1000, 0.5]) assert.throws(() => live.get(index), /has 1000 elements, and none at/)

    const bytes = loaded.map<number, Uint8Array>('mapped_bytes')
    using small = bytes.live()
    small.set(4, Uint8Array.of(1, 2, 3))
    assert.equal([...bytes].map(([, value]) => [...value]), [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [1, 2, 3]])
    assert.throws(() => loaded.map('array').live(), (error: unknown) => error instanceof UsageError && /"array" cannot be mapped/.test(error.message))
  })
})

test('a frozen map is changed by programs alone', async () => {
  await withMaps((loaded, target) => {
    const map = loaded.map<number, Point>('mapped')
    loaded.map<number, Locked>('locks').set(1, { first: 1n, second: 2n })
    {
      using _ = map.live()
      assert.throws(() => map.freeze(), refused('EBUSY'))
    }
    map.set(1, { x: 5, y: 5 })
    map.freeze()
    assert.throws(() => map.set(1, { x: 6, y: 6 }), /EPERM/)
    assert.throws(() => map.live(), /EPERM/)
    using live = map.live({ writable: false })
    assert.throws(() => live.set(1, { x: 6, y: 6 }), (error: unknown) => error instanceof UsageError)
    target.testRun(programOf(loaded, 'change'), { data: new Uint8Array(14) })
    assert.equal([live.get(1), map.get(1)], [{ x: 6, y: 7 }, { x: 6, y: 7 }])
  })
})

test('every type that has batches is read and written by them, and gives what single calls give', async () => {
  const object = await openFixture('map_access')
  await leavesNothing((linux) => {
    const calls: string[] = []
    const target = intercepted(linux, (method, call) => {
      calls.push(method)
      return call()
    })
    using loaded = load(object, target)
    const cpus = Array.from({ length: linux.possibleCpus() }, (_, cpu) => BigInt(cpu))
    const route = (length: number) => ({ length, address: [10, 0, 0, 0] })
    const perCpu = (key: number) => cpus.map((cpu) => cpu + BigInt(key))
    const filled: [map: string, entries: [unknown, unknown][]][] = [
      ['array', [0, 1, 2, 3].map((key) => [key, BigInt(key)])],
      ['percpu_array', [0, 1, 2, 3].map((key) => [key, perCpu(key)])],
      ['plain', [5, 6, 7].map((key) => [key, BigInt(key)])],
      ['percpu_hash', [5, 6, 7].map((key) => [key, perCpu(key)])],
      ['lru_hash', [5, 6, 7].map((key) => [key, BigInt(key)])],
      ['lru_percpu_hash', [5, 6, 7].map((key) => [key, perCpu(key)])],
      ['routes', [8, 16, 24].map((key) => [route(key), BigInt(key)])],
    ]
    const text = (entries: Iterable<unknown>) => Array.from(entries, (entry) => JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))).toSorted()
    for (const [name, entries] of filled) {
      const map = loaded.map<unknown, unknown>(name)
      calls.length = 0
      map.setMany(entries)
      assert.equal(text(map.entries()), text(entries), name)
      assert.equal([...new Set(calls)], ['batch'], name)
      assert.equal(text([...map.keys()].map((key) => [key, map.get(key)])), text(entries), name)
      if (name.includes('array')) continue
      calls.length = 0
      assert.is(map.deleteMany(entries.slice(0, 1).map(([key]) => key)), 1, name)
      assert.equal(text(map.takeAll()), text(entries.slice(1)), name)
      // ABI: a trie can be emptied only one by one, kernel/bpf/lpm_trie.c.
      assert.is(calls.includes('delete'), name === 'routes', name)
      assert.equal([...map.entries()], [], name)
    }
  })
})

test.run()
