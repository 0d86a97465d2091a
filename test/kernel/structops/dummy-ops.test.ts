import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { addressOf } from '../../../src/kernel/libc.ts'
import { load, type LoadedProgram } from '../../../src/loader/index.ts'
import { describeMap } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openFixture } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('a struct that has nothing to do with TCP', [needs.root, needs.structOps, needs.clang])

/** ABI: the context of a struct_ops program is its arguments, 64 bits each; the state is passed by address. */
const context = (...args: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(args).buffer)

const programOf = (programs: ReadonlyMap<string, LoadedProgram>, name: string): LoadedProgram => {
  const program = programs.get(name)
  if (program === undefined) throw new Error(`no program "${name}"`)
  return program
}

test('its programs run with the arguments they are given', async () => {
  const object = await openFixture('dummy_ops')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const run = (name: string, ...args: bigint[]): number =>
      target.testRun(programOf(loaded.programs, name).handle, { context: context(...args) }).returned
    const state = Int32Array.of(1234)
    assert.is(run('test_1', addressOf(state)), 1234)
    assert.is(state[0], 0x5a)
    assert.is(run('test_1', addressOf(state)), 0x5a)

    assert.is(run('test_2', addressOf(state), 11n, 22n, 33n, 44n), 0)
    const bss = loaded.maps.get('dummy_op.bss')
    assert.ok(bss)
    const value = target.lookup(bss.handle, new Uint8Array(4), bss.spec.valueSize)
    assert.equal([...new BigUint64Array(value?.buffer ?? new ArrayBuffer(0))].map(Number), [0x5a, 11, 22, 33, 44])

    assert.is(run('test_sleepable', addressOf(state)), 7)
  })
})

test('it is listed, without a name since its struct has none', async () => {
  const object = await openFixture('dummy_ops')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const map = loaded.structOps.get('dummy')
    assert.ok(map)
    const entry = describeMap(target, target.objects.mapInfo(map.handle).id)
    assert.is(entry?.struct, 'bpf_dummy_ops')
    assert.is(entry?.name, null)
    assert.is(entry?.state, 'init')
    assert.is(entry?.registered, false)
  })
})

test('programs of TCP are not run by themselves', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    const { handle } = programOf(loaded.programs, 'fixture_ssthresh')
    assert.throws(
      () => target.testRun(handle, { context: context(0n) }),
      (error: unknown) =>
        error instanceof SyscallError && error.errno === 'EOPNOTSUPP' && /by themselves/.test(error.hint),
    )
  })
})

test.run()
