import { CcdkError, UnsupportedKernelError } from '../../errors/index.ts'
import { type Feature, features } from '../features.ts'
import type { Target } from '../target.ts'

/** Does what takes a newer kernel. Refused by one that is too old for it, it says so instead of an errno. */
export function withFeature<Result>(target: Target, feature: Feature, hint: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CcdkError) || target.hasFeature(feature) !== 'no') throw cause
    const { what, since } = features[feature]
    throw new UnsupportedKernelError({ feature: what, since, hint, cause })
  }
}
