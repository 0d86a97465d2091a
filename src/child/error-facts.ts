import * as classes from '../errors/index.ts'
import { TestbedError } from '../errors/index.ts'

/** An error as plain data, to carry it from one process to another. */
export interface ErrorFacts {
  name: string
  message: string
  stack: string
  /** What the class keeps beside the message: `errno`, `hint`, `capability`. */
  fields: Record<string, unknown>
  cause?: ErrorFacts
}

const known = new Map<string, object>(
  [
    classes.ObjectError,
    classes.UsageError,
    classes.UnsupportedKernelError,
    classes.PermissionError,
    classes.SyscallError,
    TestbedError,
  ].map((type) => [type.name, type.prototype]),
)

export function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '', fields: {} }
  const { name, message, stack = '', cause, ...fields } = error
  return {
    name,
    message,
    stack,
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => isPlain(value))),
    ...(cause === undefined ? {} : { cause: errorFacts(cause) }),
  }
}

const isPlain = (value: unknown): boolean => ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

/** The error again, of its own class when that is one of ours, so that `instanceof` and the exit code still work. */
export function errorFromFacts({ name, message, stack, fields, cause }: ErrorFacts): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorFromFacts(cause) })
  const prototype = known.get(name)
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype)
  return Object.assign(error, fields, { name, stack })
}
