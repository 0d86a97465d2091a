import { extname } from 'node:path'
import { Channel } from '../child/index.ts'
import type { Calls, TransferEvent } from './protocol.ts'

// From source this is host-process.ts, from the built package host-process.js.
const program = new URL(`./host-process${extname(import.meta.url)}`, import.meta.url)

/** The parent's end of the channel to one host process. */
export class HostChannel extends Channel<Calls> {
  /** With `terminal` the host's programs can have the descriptors 0, 1 and 2 of this process: it has them as 3, 4 and 5. */
  constructor(name: string, { terminal = false }: { terminal?: boolean } = {}) {
    super(program, `host ${name}`, { descriptors: terminal ? [0, 1, 2] : [] })
  }

  /** Has `listener` told the events of a transfer, and `onEnd` when the host is gone, until the answer is called. */
  follow(transfer: number, listener: (event: TransferEvent) => void, onEnd: (error: Error) => void): () => void {
    const take = (message: object): void => {
      if (isEvent(message) && message.transfer === transfer) listener(message)
    }
    return this.listen(take, onEnd)
  }
}

const isEvent = (message: object): message is TransferEvent => 'event' in message && 'transfer' in message
