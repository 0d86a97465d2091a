import * as assert from 'uvu/assert'
import { SyscallError } from '../../../src/errors/index.ts'
import type { LinuxTarget } from '../../../src/kernel/index.ts'
import { intercepted } from './intercept.ts'
import { leavesNothing } from './own-objects.ts'

export interface Failure {
  what: string
  make: (method: string) => Error
}

/** What a call may fail with. */
export const failures: readonly Failure[] = [
  {
    what: 'of the kernel',
    make: (method) => new SyscallError({ doing: `calling ${method}`, syscall: 'injected', errno: 'EINVAL' }),
  },
  { what: 'of another kind', make: (method) => new Error(`injected into ${method}`) },
]

const isInjected = (error: unknown): boolean =>
  error instanceof Error && (/injected/.test(error.message) || isInjected(error.cause))

/** Loads and registers; `done` is called when all is registered, before it is taken away again. */
export type Work = (target: LinuxTarget, done: () => void) => void

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
export async function failEverywhere(work: Work, failure: Failure, check: () => void = () => {}): Promise<Set<string>> {
  const methods = new Set<string>()
  for (let n = 1; ; n += 1) {
    const failed = await leavesNothing((target) => workWithFailure(target, work, n, failure))
    check()
    if (failed === undefined) return methods
    methods.add(failed)
  }
}

/** That the failures reached these. */
export const includesAll = (methods: ReadonlySet<string>, expected: readonly string[]): void =>
  assert.equal(
    expected.filter((method) => !methods.has(method)),
    [],
  )
