import type { LinuxTarget } from '../../../src/kernel/index.ts'

/** Stands between a caller and a method of a target; `method` is its name, `objects.map` for those of `objects`. */
type Interceptor = (method: string, call: () => unknown) => unknown

/** The same target, each call of which goes through `around`. */
export const intercepted = (target: LinuxTarget, around: Interceptor): LinuxTarget => wrap(target, '', around)

function wrap<T extends object>(object: T, path: string, around: Interceptor): T {
  return new Proxy(object, {
    get(_, key) {
      const value: unknown = Reflect.get(object, key, object)
      if (typeof value === 'object' && value !== null) return wrap(value, `${path}${String(key)}.`, around)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => around(`${path}${String(key)}`, () => Reflect.apply(value, object, args))
    },
  })
}
