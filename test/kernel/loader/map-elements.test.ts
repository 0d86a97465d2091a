import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { type LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { load, type LoadedObject, UPDATE } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('elements of maps', [needs.root, needs.structOps, needs.clang])

interface Point {
  x: number
  y: number
}

async function withMaps(action: (loaded: LoadedObject, target: LinuxTarget) => void): Promise<void> {
  const object = await openFixture('values')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    action(loaded, target)
  })
}

const refused = (errno: string) => (error: unknown) => error instanceof SyscallError && error.errno === errno

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

test('a hash map: get, set, has, delete and take', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<Point, bigint>('by_point')
    const key = { x: -1, y: 7 }
    assert.is(map.get(key), undefined)
    assert.not.ok(map.has(key))
    map.set(key, 5n)
    assert.is(map.get(key), 5n)
    assert.ok(map.has(key))
    assert.throws(() => map.set(key, 6n, UPDATE.NOEXIST), refused('EEXIST'))
    assert.throws(() => map.set({ x: 0, y: 0 }, 6n, UPDATE.EXIST), refused('ENOENT'))
    map.set(key, 6n, UPDATE.EXIST)
    assert.is(map.take(key), 6n)
    assert.is(map.take(key), undefined)
    assert.not.ok(map.delete(key))
    map.set(key, 1n)
    assert.ok(map.delete(key))
    for (const x of numbers(0, 64)) map.set({ x, y: 0 }, BigInt(x))
    assert.throws(() => map.set(key, 1n), refused('E2BIG'))
    assert.is(map.name, 'by_point')
  })
})

/** The same target without batches, as kernels before 5.6 and some types of maps are. */
const withoutBatches = (target: LinuxTarget): LinuxTarget =>
  intercepted(target, (method, call) => (method === 'batch' ? { count: 0, errno: 'EINVAL' } : call()))

for (const batches of [true, false]) {
  test(`walking and changing thousands of elements, ${batches ? 'with' : 'without'} batches`, async () => {
    const object = await openFixture('values')
    await leavesNothing((target) => {
      using loaded = load(object, batches ? target : withoutBatches(target))
      const map = loaded.map<number, { small: number }>('by_key')
      const keys = numbers(0, 3000)
      map.setMany(keys.map((key) => [key, { small: -key }]))
      assert.equal([...map.keys()].toSorted((a, b) => a - b), keys)
      const entries = [...map].toSorted(([a], [b]) => a - b)
      assert.equal(entries.map(([key, { small }]) => [key, small]), keys.map((key) => [key, 0 - key]))
      assert.is([...map.values()].length, 3000)
      // Some of these are not there.
      assert.is(map.deleteMany(numbers(2990, 3010)), 10)
      assert.is(map.deleteMany([5, 5, 6]), 2)
      assert.is([...map.keys()].length, 2988)
      // A loop may delete what it has, and what it has not come to.
      const met = new Set<number>()
      for (const key of map.keys()) {
        assert.not.ok(met.has(key), `${key} twice`)
        met.add(key)
        map.delete(key)
        map.delete(key ^ 1)
      }
      assert.is([...map.keys()].length, 0)
      map.setMany(keys.map((key) => [key, { small: key }]))
      const taken = [...map.takeAll()].map(([key]) => key)
      assert.equal(taken.toSorted((a, b) => a - b), keys)
      assert.is([...map.takeAll()].length, 0)
      assert.throws(() => map.setMany(numbers(0, 5000).map((key) => [key, { small: 0 }])), refused('E2BIG'))
    })
  })
}

test('an array has all its elements from the start, and keeps them', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<number, { small: number }>('by_index')
    map.set(3, { small: 3 })
    assert.equal([...map].map(([key, { small }]) => [key, small]), [[0, 0], [1, 0], [2, 0], [3, 3]])
    assert.throws(() => map.delete(1), refused('EINVAL'))
    assert.throws(() => map.set(4, { small: 1 }), refused('E2BIG'))
    assert.is(map.get(4), undefined)
  })
})

test('per-CPU maps have a value for each possible CPU', async () => {
  await withMaps((loaded, target) => {
    const cpus = numbers(0, target.possibleCpus())
    const counts = loaded.map<number, number[]>('counts')
    counts.set(1, cpus.map((cpu) => cpu + 7))
    assert.equal(counts.get(1), cpus.map((cpu) => cpu + 7))
    assert.equal([...counts], [[0, cpus.map(() => 0)], [1, cpus.map((cpu) => cpu + 7)]])
    const points = loaded.map<number, Point[]>('counts_by_key')
    points.setMany([1, 2, 3].map((key) => [key, cpus.map((cpu) => ({ x: key, y: -cpu }))]))
    assert.equal(points.get(2), cpus.map((cpu) => ({ x: 2, y: 0 - cpu })))
    assert.equal([...points.keys()].toSorted((a, b) => a - b), [1, 2, 3])
    const recent = loaded.map<number, bigint[]>('recent_counts')
    recent.set(9, cpus.map(() => 1n))
    assert.equal([...recent], [[9, cpus.map(() => 1n)]])
  })
})

test('an LRU map forgets, and never refuses', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<number, bigint>('recent')
    map.setMany(numbers(0, 1000).map((key) => [key, BigInt(key)]))
    const entries = [...map]
    assert.ok(entries.length > 0 && entries.length <= 64)
    for (const [key, value] of entries) assert.is(BigInt(key), value)
  })
})

test('a trie finds the longest prefix', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<{ length: number; address: number[] }, number>('routes')
    map.set({ length: 8, address: [10, 0, 0, 0] }, 8)
    map.set({ length: 24, address: [10, 1, 2, 0] }, 24)
    assert.is(map.get({ length: 32, address: [10, 1, 2, 3] }), 24)
    assert.is(map.get({ length: 32, address: [10, 9, 9, 9] }), 8)
    assert.is(map.get({ length: 32, address: [11, 1, 1, 1] }), undefined)
    assert.equal([...map].map(([, value]) => value).toSorted((a, b) => a - b), [8, 24])
  })
})

test('queues and stacks: push, peek and pop', async () => {
  await withMaps((loaded) => {
    for (const [name, order] of [['queue', [1, 2, 3]], ['stack', [3, 2, 1]]] as const) {
      const map = loaded.map<never, Point>(name)
      assert.is(map.peek(), undefined)
      assert.is(map.pop(), undefined)
      for (const x of [1, 2, 3]) map.push({ x, y: 0 })
      assert.throws(() => map.push({ x: 4, y: 0 }), refused('E2BIG'))
      assert.is(map.peek()?.x, order[0])
      assert.equal([map.pop()?.x, map.pop()?.x, map.pop()?.x, map.pop()], [...order, undefined])
      for (const x of [1, 2, 3, 4]) map.push({ x, y: 0 }, UPDATE.EXIST)
      assert.is(map.pop()?.x, name === 'queue' ? 2 : 4)
    }
  })
})

test('a Bloom filter', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<never, bigint>('bloom')
    for (const value of [1n, 77n, 1n << 60n]) map.push(value)
    for (const value of [1n, 77n, 1n << 60n]) assert.ok(map.mayHave(value))
    assert.ok(numbers(1000, 1100).filter((value) => map.mayHave(BigInt(value))).length < 50)
  })
})

test('a map without types has bytes', async () => {
  await withMaps((loaded) => {
    const map = loaded.map<Uint8Array, Uint8Array>('untyped')
    const key = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    map.set(key, Uint8Array.of(9, 8, 7))
    assert.equal([...map], [[key, Uint8Array.of(9, 8, 7)]])
    assert.throws(() => map.set(key, Uint8Array.of(1)), /expected 3 bytes/)
  })
})

test('storage of a socket, by its descriptor', async () => {
  await withMaps((loaded) => {
    using socket = openTcpSocket('ipv4', 'reno')
    const map = loaded.map<number, Point>('sockets')
    assert.is(map.get(socket.number), undefined)
    map.set(socket.number, { x: 1, y: 2 })
    assert.equal(map.get(socket.number), { x: 1, y: 2 })
    assert.ok(map.delete(socket.number))
    assert.throws(() => [...map.keys()], refused('ENOTSUPP'))
  })
})

test('programs stand in an array by their handles, and are read as ids', async () => {
  await withMaps((loaded, target) => {
    const program = loaded.programs.get('exchange')
    assert.ok(program)
    const map = loaded.map<number, unknown>('programs')
    map.set(1, program.handle)
    assert.is(map.get(1), target.objects.programInfo(program.handle).id)
    assert.equal([...map.entries()].map(([key]) => key), [1])
    assert.ok(map.delete(1))
    assert.is(map.get(1), undefined)
  })
})

test.run()
