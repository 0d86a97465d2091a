import { CcdkError, ObjectError } from '../../src/errors/index.ts'

/** Runs what must refuse its input and returns the `ObjectError`; anything else, and silence too, fails the test. */
export function objectError(action: () => unknown): ObjectError {
  try {
    action()
  } catch (error) {
    if (!(error instanceof ObjectError)) throw error
    if (error.file === '' || error.expected === '') throw new Error(`an ObjectError that says little: ${error.message}`, { cause: error })
    return error
  }
  throw new Error('nothing was thrown')
}

/** How many times slower a machine may be, its memory and its half of a core shared with others. */
const slowest = 10

/**
 * Runs something on input that may be damaged in any way. It may succeed or throw a `CcdkError` that says something;
 * every other exception fails the test, and so does what takes far longer than `limitMs`, the most it would take of a
 * machine that does nothing else.
 */
export function survives<T>(action: () => T, limitMs = 1000): T | CcdkError {
  // The thread's own time: a machine that is busy with other things must not fail a test.
  const start = process.threadCpuUsage()
  let result: T | CcdkError
  try {
    result = action()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    if (error.message === '') throw new Error('a CcdkError without a message', { cause: error })
    result = error
  }
  const { user, system } = process.threadCpuUsage(start)
  const took = (user + system) / 1000
  if (took > limitMs * slowest) throw new Error(`it took ${took.toFixed(0)} ms`)
  return result
}
