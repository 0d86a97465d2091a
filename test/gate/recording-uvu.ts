/** uvu, with a record of what was declared, what ran and how it ended. Stands in for `uvu` in a gated test process. */
import { inspect } from 'node:util'
import { type Callback, type Test, exec, suite as uvuSuite } from 'uvu'
import { record } from './recorder.ts'
import { reasonOf } from './skip-reason.ts'

type HookName = 'before' | 'before.each' | 'after' | 'after.each'

/** How long a process may live on after its last test before the record says what it holds open. */
const stayMs = 500

let suites = 0
let tests = 0
let pending = 0

function watchForStaying(): void {
  // Unreferenced: it fires only when something else keeps the process alive.
  setTimeout(() => {
    if (pending === 0) record({ event: 'stay', resources: process.getActiveResourcesInfo() })
  }, stayMs).unref()
}

/** uvu reads `error.stack` and `error.name` of whatever is thrown, and gives up silently when they are not there. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`threw what is not an Error: ${inspect(thrown)}`, { cause: thrown })
}

function recordingTest<T>(id: number, handler: Callback<T>): Callback<T> {
  return async (context) => {
    record({ event: 'start', id })
    try {
      await handler(context)
      record({ event: 'pass', id })
    } catch (thrown) {
      const error = asError(thrown)
      record({ event: 'fail', id, message: error.message })
      throw error
    } finally {
      pending--
      if (pending === 0) watchForStaying()
    }
  }
}

function recordingHook<T>(hook: HookName, handler: Callback<T>): Callback<T> {
  return async (context) => {
    try {
      await handler(context)
    } catch (thrown) {
      const error = asError(thrown)
      const { __test__: test } = context
      record({ event: 'hook-failed', hook: test === '' ? hook : `${hook} of "${test}"`, message: error.message })
      throw error
    }
  }
}

export { exec }

export function suite<T = Record<string, unknown>>(title = '', context?: T): Test<T> {
  const inner = uvuSuite<T>(title, context)
  const suiteId = suites++

  const declare = (name: string, handler: Callback<T>, only: boolean): Callback<T> => {
    const id = tests++
    pending++
    record({ event: 'test', id, suite: suiteId, name: title === '' ? name : `${title}: ${name}`, only })
    return recordingTest(id, handler)
  }
  const hooks = (name: 'before' | 'after'): Test<T>['before'] =>
    Object.assign((handler: Callback<T>) => inner[name](recordingHook(name, handler)), {
      each: (handler: Callback<T>) => inner[name].each(recordingHook(`${name}.each`, handler)),
    })

  return Object.assign(
    (name: string, handler: Callback<T>) => {
      inner(name, declare(name, handler, false))
    },
    {
      only: (name: string, handler: Callback<T>) => {
        inner.only(name, declare(name, handler, true))
      },
      skip: (name = '', handler?: Callback<T>) => {
        record({ event: 'skip', name: title === '' ? name : `${title}: ${name}`, reason: reasonOf(handler) ?? null })
        inner.skip(name, handler)
      },
      before: hooks('before'),
      after: hooks('after'),
      run: () => {
        record({ event: 'run', suite: suiteId })
        inner.run()
      },
    },
  )
}

export const test = suite()
