import { CcdkError, UnsupportedKernelError } from '../../errors/index.ts'
import { type Answer, type Feature, features } from '../target/features.ts'
import type { Target } from '../target/target.ts'
import type { Tell } from '../tell.ts'

/** Does what takes a newer kernel. Refused by one that is too old for it, it says so instead of an errno. */
export function withFeature<Result>(target: Target, feature: Feature, hint: string, work: () => Result, tell?: Tell): Result {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof CcdkError) || hasFeature(target, feature, tell) !== 'no') throw cause
    const { what, since } = features[feature]
    throw new UnsupportedKernelError({ feature: what, since, hint, cause })
  }
}

/** Asks the target for a feature, and tells what it answers. */
export function hasFeature(target: Target, feature: Feature, tell?: Tell): Answer {
  const answer = target.hasFeature(feature)
  tell?.('debug', `${features[feature].what}, of Linux ${features[feature].since}: ${answer}`)
  return answer
}
