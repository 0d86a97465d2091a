import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { addressOf } from '../../../src/kernel/libc.ts'
import { load, openObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { ccdk } from '../../support/ccdk.ts'
import { needs, suite } from '../../support/needs.ts'
import { temporaryDirectory } from '../../support/tmp.ts'
import { until } from '../../support/until.ts'
import { withUniqueNames } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'
import { ownLoopback, send } from '../support/traffic.ts'

const required = [needs.root, needs.structOps, needs.clang, needs.oldestClang]
const test = suite("the headers on the kernel", required)

const fixtures = join(import.meta.dirname, '../../fixtures/bpf')

test.before(ownLoopback)

async function built(name: string, clang: string, directory: string) {
  const file = join(directory, `${name}.o`)
  const args = ['build', join(fixtures, `${name}.bpf.c`), '-o', file, '--clang', clang, '--', '-Werror']
  const { exitCode, stderr } = await ccdk(args)
  assert.equal([exitCode, stderr], [0, ''])
  return withUniqueNames(openObject(readFileSync(file), file))
}

for (const clang of ['clang-14', 'clang-19']) {
  test(`maps, timers, locks, loops, text and CO-RE work, by ${clang}`, async () => {
    using directory = temporaryDirectory()
    const object = await built('headers', clang, directory.path)
    await leavesNothing(async (target) => {
      using loaded = load(object, target)
      using registered = register(loaded, 'headers')
      const value = (name: string): number => Number(loaded.variable<bigint>(name).get())
      {
        using sent = await send(registered.name ?? '', 1_000_000)
        assert.ok(sent.number > 0)
        await until(() => value('ticks') > 0, 'the timer has fired')
      }
      await until(() => value('releases') === 1, 'the connection has let go of it')
      const names = ['inits', 'loops', 'each', 'locked', 'read_back', 'dynamic', 'enums', 'family', 'same_family', 'rto_min']
      assert.equal(
        Object.fromEntries(names.map((name) => [name, value(name)])),
        { inits: 1, loops: 0 + 1 + 2 + 3 + 4, each: 3, locked: 1, read_back: 7, dynamic: 20, enums: 3, family: 2, same_family: 2, rto_min: 100 },
      )
      assert.ok(value('acks') > 10 && value('stored') > 0 && value('printed') > 10)
    })
  })

  test(`the kernel's own BBR carries traffic when every part of it is called, by ${clang}`, async () => {
    using directory = temporaryDirectory()
    const object = await built('headers_bbr', clang, directory.path)
    await leavesNothing(async (target) => {
      using loaded = load(object, target)
      using registered = register(loaded, 'headers_bbr')
      using sent = await send(registered.name ?? '', 1_000_000)
      assert.ok(sent.number > 0)
    })
  })

  test(`roots, quotients and bounds are those of exact arithmetic, by ${clang}`, async () => {
    using directory = temporaryDirectory()
    const object = await built('math', clang, directory.path)
    await leavesNothing((target) => {
      using loaded = load(object, target)
      const program = loaded.programs.get('test_2')
      assert.ok(program)
      const state = Int32Array.of(0)
      const results = loaded.variable<bigint[]>('results')
      for (const n of numbers()) {
        // ABI: the context of a struct_ops program is its arguments, 64 bits each; the state is passed by address.
        const context = new Uint8Array(BigUint64Array.from([addressOf(state), 0n, 0n, 0n, n]).buffer)
        target.testRun(program.handle, { context })
        assert.equal(results.get(), expected(n), String(n))
      }
    })
  })
}

/** Where bits, roots and words begin and end, and some between. */
function numbers(): bigint[] {
  const edges = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))
  const powers = [2n, 3n, 10n, 99n, 1000n, 1_048_575n, 2_642_245n].flatMap((root) => [root ** 3n, root ** 2n])
  return [0n, 2n ** 64n - 1n, ...edges, ...powers].flatMap((n) => [n - 1n, n, n + 1n]).filter((n) => n >= 0n && n < 2n ** 64n)
}

function expected(n: bigint): bigint[] {
  const root = (power: bigint): bigint => {
    let found = BigInt(Math.floor(Number(n) ** (1 / Number(power))))
    while (found ** power > n) found -= 1n
    while ((found + 1n) ** power <= n) found += 1n
    return found
  }
  const by = 1_000_003n
  const half = n >> 1n
  const clamped = BigInt(Math.min(Math.max(Number(BigInt.asUintN(32, n)), 10), 1000))
  return [
    root(3n),
    root(2n),
    n === 0n ? 0n : BigInt(n.toString(2).length),
    n / by,
    (half + by - 1n) / by,
    (half + by / 2n) / by,
    ((n >> 20n) * 717n) / 1024n,
    clamped,
  ]
}

test.run()
