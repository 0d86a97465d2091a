import type { Callback } from 'uvu'

/** Why tests were skipped. */
export interface SkipReason {
  reason: string
  /** The reference machine's kernel cannot do it either, so CI accepts the skip. */
  lackedByReference: boolean
}

// uvu's `test.skip` has no place for a reason, so the reason travels with the handler that is not going to run.
const reasons = new WeakMap<object, SkipReason>()

/** The second argument for `test.skip(name, because(…))`. */
export function because<T>(reason: SkipReason): Callback<T> {
  const neverRuns: Callback<T> = () => {
    throw new Error(reason.reason)
  }
  reasons.set(neverRuns, reason)
  return neverRuns
}

export function reasonOf(handler: object | undefined): SkipReason | undefined {
  return handler === undefined ? undefined : reasons.get(handler)
}
