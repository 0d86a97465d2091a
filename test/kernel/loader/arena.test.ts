import * as assert from 'uvu/assert'
import { SyscallError, UsageError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, initialVariable, load, type LoadedObject, MAP_FLAG, setVariable } from '../../../src/loader/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('arenas', [needs.root, needs.structOps, needs.clang])

interface Node {
  next: bigint
  value: bigint
}

function arenaOf(object: BpfObject): BpfObject['maps'][number] {
  const spec = object.maps.find(({ name }) => name === 'arena')
  assert.ok(spec)
  return spec
}

async function withArena(change: (object: BpfObject) => void, action: (loaded: LoadedObject, target: LinuxTarget) => void): Promise<void> {
  const object = await openFixture('arena')
  change(object)
  await leavesNothing((target) => {
    using loaded = load(object, target)
    action(loaded, target)
  })
}

function memoryOf(loaded: LoadedObject): { address: bigint; bytes: Uint8Array } {
  const memory = loaded.maps.get('arena')?.arena?.memory
  assert.ok(memory)
  return memory
}

/** The nodes from a pointer on, which is an address of this process. */
function follow(loaded: LoadedObject, pointer: bigint): bigint[] {
  const { address, bytes } = memoryOf(loaded)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const values: bigint[] = []
  for (let at = pointer; at !== 0n && values.length < 10; ) {
    const offset = Number(at - address)
    values.push(view.getBigUint64(offset + 8, true))
    at = view.getBigUint64(offset, true)
  }
  return values
}

function makeList(loaded: LoadedObject, target: LinuxTarget): void {
  const program = loaded.programs.get('make_list')
  assert.ok(program)
  assert.is(target.testRun(program.handle, {}).returned, 0)
}

test('its variables begin with their first values, and the program and this process see the same', async () => {
  await withArena(
    () => {},
    (loaded, target) => {
      assert.is(loaded.variable('counter').get(), 40n)
      assert.is(loaded.variable<Node>('first').get().value, 11n)
      assert.is(loaded.variable('head').get(), 0n)
      makeList(loaded, target)
      assert.is(loaded.variable('seen_padding').get(), 7n)
      assert.is(loaded.variable('counter').get(), 43n)
      assert.equal(follow(loaded, loaded.variable<bigint>('head').get()), [40n, 41n, 42n, 12n])
      loaded.variable('counter').set(100n)
      makeList(loaded, target)
      assert.equal(follow(loaded, loaded.variable<bigint>('head').get()), [100n, 101n, 102n, 13n])
    },
  )
})

test('first values may be changed before it is loaded, and it may be loaded twice', async () => {
  const object = await openFixture('arena')
  assert.is(initialVariable(object, 'counter'), 40n)
  setVariable(object, 'counter', 7n)
  await leavesNothing((target) => {
    using one = load(object, target)
    makeList(one, target)
    using two = load(object, target)
    assert.equal([one, two].map((loaded) => loaded.variable('counter').get()), [10n, 7n])
  })
})

test('the address that the definition asks for is the one it gets; one that is taken is left alone', async () => {
  const address = 1n << 44n
  await withArena(
    (object) => {
      arenaOf(object).mapExtra = address
    },
    (loaded, target) => {
      assert.is(memoryOf(loaded).address, address)
      makeList(loaded, target)
      const head = loaded.variable<bigint>('head').get()
      assert.ok(head > address && head < address + 20n * 4096n, head.toString(16))
      const bytes = memoryOf(loaded).bytes
      assert.throws(
        () => load(loaded.object, target),
        (error: unknown) =>
          error instanceof SyscallError && /at 0x100000000000.*EEXIST.*this process has something else at that address/s.test(`${error.message} ${error.hint}`),
      )
      assert.is(memoryOf(loaded).bytes, bytes)
      assert.is(loaded.variable('counter').get(), 43n)
    },
  )
})

test('what has been unmapped cannot be read any more', async () => {
  let counter: { get(): unknown } | undefined
  await withArena(
    () => {},
    (loaded) => {
      counter = loaded.variable('counter')
      assert.is(counter.get(), 40n)
    },
  )
  assert.throws(() => counter?.get(), /used after it was unmapped/)
})

test('an arena of four gigabytes, the largest there is', async () => {
  await withArena(
    (object) => {
      arenaOf(object).maxEntries = 2 ** 20
    },
    (loaded, target) => {
      makeList(loaded, target)
      assert.is(memoryOf(loaded).bytes.length, 2 ** 32)
      assert.equal(follow(loaded, loaded.variable<bigint>('head').get()), [40n, 41n, 42n, 12n])
    },
  )
})

test('one that is too small for its variables, or that nobody may touch, is refused', async () => {
  const refused = async (change: (object: BpfObject) => void): Promise<string> => {
    try {
      await withArena(change, () => {})
    } catch (error) {
      assert.instance(error, UsageError)
      return String(error)
    }
    return 'nothing'
  }
  assert.match(await refused((object) => (arenaOf(object).maxEntries = 1)), /arena "arena" has 1 pages, too few for its variables of 50\d\d bytes/)
  assert.match(await refused((object) => (arenaOf(object).flags |= MAP_FLAG.SEGV_ON_FAULT)), /cannot have variables: with BPF_F_SEGV_ON_FAULT/)
})

test.run()
