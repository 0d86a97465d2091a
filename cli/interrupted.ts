import { constants } from 'node:os'

/** The person, or the system, ended the command: exit 130 for SIGINT and 143 for SIGTERM. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.name = 'Interrupted'
    this.exitCode = 128 + constants.signals[signal]
  }
}

/**
 * An abort signal that fires, with an `Interrupted`, when the process is asked to end. While it is in use the process
 * does not end by itself, so that everything can be undone in order; a second signal ends it at once.
 */
export function interruption(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => {
    const handler = () => {
      if (controller.signal.aborted) process.exit(new Interrupted(name).exitCode)
      controller.abort(new Interrupted(name))
    }
    process.on(name, handler)
    return () => process.off(name, handler)
  })
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const remove of handlers) remove()
    },
  }
}

/** Resolves never, rejects when the process is asked to end. */
export function untilInterrupted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('interrupted'))
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return promise
}
