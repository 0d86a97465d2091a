// gate: timeout 300s
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import { availableCongestion, type LinuxTarget } from '../../../src/kernel/index.ts'
import { type BpfObject, load } from '../../../src/loader/index.ts'
import { register } from '../../../src/structops/index.ts'
import { needs, suite } from '../../support/needs.ts'
import { openExample, openFixture } from '../support/algorithm.ts'
import { mountBpffs } from '../support/bpffs.ts'
import { intercepted } from '../support/intercept.ts'
import { leavesNothing } from '../support/own-objects.ts'

const test = suite('a failure at any call', [needs.root, needs.structOps, needs.clang])

interface Failure {
  what: string
  make: (method: string) => Error
}

const failures: readonly Failure[] = [
  {
    what: 'of the kernel',
    make: (method) => new SyscallError({ doing: `calling ${method}`, syscall: 'injected', errno: 'EINVAL' }),
  },
  { what: 'of another kind', make: (method) => new Error(`injected into ${method}`) },
]

const isInjected = (error: unknown): boolean =>
  error instanceof Error && (/injected/.test(error.message) || isInjected(error.cause))

/** Loads and registers; `done` is called when all is registered, before it is taken away again. */
type Work = (target: LinuxTarget, done: () => void) => void

/** Works on a target whose n-th call fails, but for those after `done`. Answers which method that was, if any. */
function workWithFailure(target: LinuxTarget, work: Work, n: number, { make }: Failure): string | undefined {
  let calls = 0
  let failed: string | undefined
  let done = false
  const failing = intercepted(target, (method, call) => {
    calls += 1
    if (done || calls !== n) return call()
    failed = method
    throw make(method)
  })
  try {
    work(failing, () => (done = true))
  } catch (error) {
    if (!isInjected(error)) throw error
  }
  return failed
}

/** Fails at each call in turn until there is none left. Returns the methods that failed. */
async function failEverywhere(work: Work, failure: Failure, check: () => void = () => {}): Promise<Set<string>> {
  const methods = new Set<string>()
  for (let n = 1; ; n += 1) {
    const failed = await leavesNothing((target) => workWithFailure(target, work, n, failure))
    check()
    if (failed === undefined) return methods
    methods.add(failed)
  }
}

const registerAll =
  (object: BpfObject, pin?: string): Work =>
  (target, done) => {
    using loaded = load(object, target)
    using registered = new DisposableStack()
    for (const [map, { spec }] of loaded.structOps) {
      const { name } = registered.use(register(loaded, map, pin === undefined || !spec.link ? {} : { pin }))
      assert.ok(availableCongestion().includes(name ?? ''))
    }
    done()
  }

/** That the failures reached these. */
const includesAll = (methods: ReadonlySet<string>, expected: readonly string[]): void =>
  assert.equal(
    expected.filter((method) => !methods.has(method)),
    [],
  )

for (const failure of failures) {
  test(`${failure.what}: a plain map with data, maps and a configuration`, async () => {
    const object = await openFixture('maps')
    const methods = await failEverywhere(registerAll(object), failure)
    includesAll(methods, ['loadBtf', 'createMap', 'update', 'freeze', 'loadProgram', 'objects.mapInfo'])
  })

  test(`${failure.what}: a map with a link, pinned`, async () => {
    await using bpffs = await mountBpffs()
    const object = await openExample('bpf_reno')
    const pin = join(bpffs.path, 'pin')
    const methods = await failEverywhere(registerAll(object, pin), failure, () => assert.not.ok(existsSync(pin)))
    includesAll(methods, ['update', 'createStructOpsLink', 'objects.linkInfo', 'pin'])
  })

  test(`${failure.what}: several maps, one after the other`, async () => {
    const object = await openFixture('several')
    includesAll(await failEverywhere(registerAll(object), failure), ['update', 'createStructOpsLink'])
  })
}

test.run()
