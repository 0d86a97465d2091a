import { errorFacts } from './error-facts.ts'
import type { CallName, Handlers, Reply, Request, TransferEvent } from './protocol.ts'

/** The host process's end of the channel: answers each call with what its handler returns or throws. */
export function serveCalls(handlers: Handlers): void {
  process.on('message', (message: unknown) => {
    if (isRequest(handlers, message)) void answer(handlers, message)
  })
}

async function answer<Name extends CallName>(handlers: Handlers, request: Request<Name>): Promise<void> {
  const { call, id } = request
  try {
    const value = await handlers[request.call](request.argument)
    tell({ reply: id, call, value })
  } catch (error) {
    tell({ reply: id, error: errorFacts(error) })
  }
}

export function tell(message: Reply | TransferEvent | { reply: number; call: CallName; value: unknown }): void {
  // Without a channel there is nobody to tell: the process is about to end.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function isRequest(handlers: Handlers, message: unknown): message is Request {
  return typeof message === 'object' && message !== null && 'call' in message && String(message.call) in handlers
}
