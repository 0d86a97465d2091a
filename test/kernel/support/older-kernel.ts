import type { LinuxTarget } from '../../../src/kernel/index.ts'
import type { Feature, Target } from '../../../src/loader/index.ts'

/** The same target with some methods of the test's own. */
export const withMethods = (target: LinuxTarget, own: Partial<Target>): LinuxTarget =>
  new Proxy(target, {
    get(_, key): unknown {
      if (Object.hasOwn(own, key)) return Reflect.get(own, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value
    },
  })

/** The same target, which says that its kernel has not some features. */
export const lacking = (target: LinuxTarget, ...features: readonly Feature[]): LinuxTarget =>
  withMethods(target, { hasFeature: (feature) => (features.includes(feature) ? 'no' : target.hasFeature(feature)) })
