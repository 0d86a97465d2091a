// gate: timeout 1800s
import { readFile } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { CcdkError, VerifierError } from '../../../src/errors/index.ts'
import { addressOf } from '../../../src/kernel/libc.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { load, type LoadedObject, openObject } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { selftest } from '../../support/selftests.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite("what the kernel's dummy_st_ops expects", [
  needs.root,
  needs.structOps,
  needs.clang,
  needs.bpftool,
  needs.libbpf,
  needs.kernelSource,
])

/** Loads the object and hands it on with a way to run one of its programs on some arguments. */
async function withDummy(
  action: (run: (program: string, ...args: bigint[]) => number, loaded: LoadedObject, target: LinuxTarget) => void,
): Promise<void> {
  const bytes = await readFile(await selftest('dummy_st_ops_success'))
  await leavesNothing((target) => {
    using loaded = load(openObject(bytes, 'dummy_st_ops_success.bpf.o'), target)
    const run = (name: string, ...args: bigint[]): number => {
      const program = loaded.programs.get(name)
      if (program === undefined) throw new Error(`no program "${name}"`)
      return target.testRun(program.handle, { context: new Uint8Array(BigUint64Array.from(args).buffer) }).returned
    }
    action(run, loaded, target)
  })
}

const errnoOf = (error: unknown): unknown => (error instanceof CcdkError && 'errno' in error ? error.errno : error)

test('it cannot be registered: the struct is there for tests alone', async () => {
  await withDummy((_, loaded) => {
    assert.throws(
      () => register(loaded, 'dummy_1'),
      (error: unknown) => errnoOf(error) === 'EOPNOTSUPP',
    )
  })
})

test('without a state it answers a value of its own', async () => {
  await withDummy((run) => assert.is(run('test_1', 0n), 0xf2f3f4f5))
})

test('a state is passed by its address, read and written', async () => {
  await withDummy((run) => {
    const state = Int32Array.of(0xbeef)
    assert.is(run('test_1', addressOf(state)), 0xbeef)
    assert.is(state[0], 0x5a)
  })
})

test('five arguments of different widths arrive whole', async () => {
  await withDummy((run, loaded, target) => {
    const args = [-100n, 0x8a5fn, BigInt('c'.codePointAt(0) ?? 0), 0x1234_5678_8765_4321n]
    assert.is(run('test_2', addressOf(Int32Array.of(7)), ...args), 0)
    const bss = [...loaded.maps.values()].find(({ spec }) => spec.origin === 'bss')
    const value = bss && target.lookup(bss.handle, new Uint8Array(4), bss.spec.valueSize)
    assert.ok(value)
    const seen = [...new BigInt64Array(value.buffer, value.byteOffset, 5)]
    assert.equal(seen.map(String), [7n, ...args].map(String))
  })
})

test('a sleepable program takes a state, and no null', async () => {
  await withDummy((run) => {
    assert.is(run('test_sleepable', addressOf(Int32Array.of(0))), 0)
    assert.throws(
      () => run('test_sleepable', 0n),
      (error: unknown) => errnoOf(error) === 'EINVAL',
    )
  })
})

test('a sleepable program for a member that must not sleep is refused, with the reason', async () => {
  const bytes = await readFile(await selftest('dummy_st_ops_fail'))
  await leavesNothing((target) => {
    assert.throws(
      () => load(openObject(bytes, 'dummy_st_ops_fail.bpf.o'), target),
      (error: unknown) =>
        error instanceof VerifierError && /attach to unsupported member test_2 of struct bpf_dummy_ops/.test(error.log),
    )
  })
})

test.run()
