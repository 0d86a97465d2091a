import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { type LinuxTarget, openTcpSocket } from '../../../src/kernel/index.ts'
import { type BpfObject, load } from '../../../src/loader/index.ts'
import { register, setMember } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample, openFixture, structOpsOf } from '../support/algorithm.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('what the kernel refuses to register', [needs.root, needs.structOps, needs.clang])

function caught(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return new Error('it was not refused')
}

/** Loads and registers, which must fail with an errno and a hint, and take nothing else with it. */
function refuses(object: BpfObject, map: string, errno: string, hint: RegExp): (target: LinuxTarget) => void {
  return (target) => {
    using loaded = load(object, target)
    const error = caught(() => register(loaded, map)[Symbol.dispose]())
    if (!(error instanceof SyscallError)) throw error
    assert.is(error.errno, errno)
    assert.match(error.hint, hint)
    assert.match(error.message, new RegExp(`^registering "${map}": bpf\\(BPF_\\w+\\) answered ${errno}$`))
  }
}

for (const map of ['plain', 'linked']) {
  test(`a name that is taken, ${map}`, async () => {
    const object = await openFixture('several')
    await leavesNothing((target) => {
      using loaded = load(object, target)
      using registration = register(loaded, map)
      refuses(object, map, 'EEXIST', new RegExp(`"${registration.name}" is registered already`))(target)
      openTcpSocket('ipv4', registration.name ?? '')[Symbol.dispose]()
    })
  })

  test(`no ssthresh, ${map}`, async () => {
    const object = await openFixture('several')
    setMember(object, structOpsOf(object, map), 'ssthresh', null)
    await leavesNothing(refuses(object, map, 'EINVAL', /demands a program for ssthresh$/))
  })

  test(`neither cong_avoid nor cong_control, and no undo_cwnd, ${map}`, async () => {
    const object = await openFixture('several')
    setMember(object, structOpsOf(object, map), 'cong_avoid', null)
    setMember(object, structOpsOf(object, map), 'undo_cwnd', null)
    await leavesNothing(refuses(object, map, 'EINVAL', /undo_cwnd and cong_avoid or cong_control$/))
  })

  test(`no name, ${map}`, async () => {
    const object = await openFixture('several')
    setMember(object, structOpsOf(object, map), 'name', '')
    await leavesNothing(refuses(object, map, 'EINVAL', /no name/))
  })
}

for (const name of ['my-cc', 'my cc', 'ünicode']) {
  test(`the name "${name}"`, async () => {
    const object = await openFixture('several')
    setMember(object, structOpsOf(object, 'plain'), 'name', name)
    await leavesNothing(refuses(object, 'plain', 'EINVAL', /something else in it than letters, digits/))
  })
}

test('a name without a zero at its end', async () => {
  const object = await openFixture('several')
  const spec = structOpsOf(object, 'plain')
  setMember(object, spec, 'name', 'fifteen_letters')
  // C lets an array of 16 be filled by a text of 16.
  spec.bytes[Buffer.from(spec.bytes).indexOf('fifteen_letters') + 15] = 0x73
  await leavesNothing(refuses(object, 'plain', 'EINVAL', /fills its 16 bytes/))
})

for (const flags of [0x80, 0x100, 0x8000_0001]) {
  test(`flags ${flags}`, async () => {
    const object = await openExample('bpf_cubic')
    const [spec] = object.structOps
    assert.ok(spec)
    setMember(object, spec, 'flags', flags)
    await leavesNothing(refuses(object, spec.name, 'EINVAL', new RegExp(`^flags ${flags} has bits`)))
  })
}

/** A second try with the same loaded map. */
function refusesAgain(work: () => void): void {
  const error = caught(work)
  if (!(error instanceof SyscallError)) throw error
  assert.is(error.errno, 'EBUSY')
  assert.match(error.hint, /load the object again/)
}

test('a map that was registered and unregistered', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    for (const map of ['plain', 'linked']) {
      register(loaded, map).unregister()
      refusesAgain(() => register(loaded, map)[Symbol.dispose]())
    }
  })
})

test('a map that is registered', async () => {
  const object = await openFixture('several')
  await leavesNothing((target) => {
    using loaded = load(object, target)
    for (const map of ['plain', 'linked']) {
      using registration = register(loaded, map)
      refusesAgain(() => register(loaded, map)[Symbol.dispose]())
      openTcpSocket('ipv4', registration.name ?? '')[Symbol.dispose]()
    }
  })
})

test('a struct that can only be test-run', async () => {
  const object = await openFixture('dummy_ops')
  await leavesNothing(refuses(object, 'dummy', 'EOPNOTSUPP', /only test-run/))
})

test.run()
