import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** The person, or the system, ended the command: exit 130 for SIGINT, 143 for SIGTERM, and so on. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`)
    this.name = 'Interrupted'
    this.exitCode = 128 + constants.signals[signal]
  }
}

/**
 * An abort signal that fires, with an `Interrupted`, when the process is asked to end, or when `other` fires. While it
 * is in use the process does not end by itself, so that everything can be undone in order. A second signal ends it at
 * once: what must not outlive the process is then undone by `atExit`.
 */
export function interruption(other?: AbortSignal): { signal: AbortSignal } & Disposable {
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
    signal: other === undefined ? controller.signal : AbortSignal.any([controller.signal, other]),
    [Symbol.dispose]: () => {
      for (const remove of handlers) remove()
    },
  }
}

/** Has `undo` done when the process ends without coming to the end of the block that uses this. */
export function atExit(undo: () => void): Disposable {
  process.once('exit', undo)
  return { [Symbol.dispose]: () => process.off('exit', undo) }
}

/** Resolves after `ms`, or rejects with the signal's reason when it fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}
