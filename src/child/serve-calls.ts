import type { CallsOf, Handlers, Request } from './calls.ts'
import { errorFacts } from './error-facts.ts'

/**
 * The child's end of the channel: answers each call with what its handler returns or throws. When the channel closes the
 * process ends, after `end`.
 */
export function serveCalls<Calls extends CallsOf<Calls>>(handlers: Handlers<Calls>, end = async (): Promise<void> => {}): void {
  // Ctrl-C reaches every process of the terminal's group. When to end is the parent's affair: the channel closes then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => void end().finally(() => process.exit(0)))
  if (!process.connected) process.exit(0)
  process.on('message', (message: unknown) => {
    if (isRequest(handlers, message)) void answer(handlers, message)
  })
}

async function answer<Calls extends CallsOf<Calls>>(handlers: Handlers<Calls>, request: Request<Calls>): Promise<void> {
  const { call, id } = request
  try {
    const value = await handlers[call](request.argument)
    tell({ reply: id, call, value })
  } catch (error) {
    tell({ reply: id, error: errorFacts(error) })
  }
}

/** Says something to the parent, asked or not. */
export function tell(message: object): void {
  // Without a channel there is nobody to tell: the process is about to end.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function isRequest<Calls extends CallsOf<Calls>>(handlers: Handlers<Calls>, message: unknown): message is Request<Calls> {
  return typeof message === 'object' && message !== null && 'call' in message && String(message.call) in handlers
}
