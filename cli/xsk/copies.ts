import { PacketCopies } from '../../src/xsk/index.ts'
import { type Batches, type CaptureOptions, hooks, type Origin, StillThere } from './capture.ts'
import type { Missed, QueueFacts } from './totals.ts'

/** Copies of packets that the kernel gets all the same. */
export class Copies implements Origin {
  readonly manyQueues: boolean
  readonly #copies: PacketCopies

  constructor({ device, namespace, queue, mode, snaplen }: CaptureOptions & { snaplen: number }) {
    this.#copies = new PacketCopies({
      interface: device,
      snaplen,
      ...(namespace === undefined ? {} : { namespace }),
      ...(queue === undefined ? {} : { queue }),
      ...(mode === undefined ? {} : { hook: hooks[mode] }),
    })
    this.manyQueues = queue === undefined && this.#copies.device.rxQueues > 1
  }

  get what(): string {
    return `copying packets of ${this.#copies.device.name} on their way to the kernel`
  }

  /** The kernel counts what it could not copy by CPU. */
  queues(): QueueFacts[] {
    return []
  }

  missed(): Missed {
    return { ringFull: this.#copies.events.lost, noFrame: 0, other: 0 }
  }

  async run(batches: Batches, signal: AbortSignal): Promise<void> {
    const end = (): void => this.#copies.events[Symbol.dispose]()
    using look = new StillThere(this.#copies.device, end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    try {
      for await (const batch of this.#copies.batches()) {
        for (const { queue, bytes, time, length } of batch) {
          if (!batches.wants) return
          batches.begin(queue, bytes, time)
          batches.take(0, length, bytes.length)
        }
        batches.pause()
        await batches.drained(signal)
        if (!batches.wants) return
      }
      look.throwIfGone()
    } finally {
      signal.removeEventListener('abort', end)
      end()
    }
  }

  [Symbol.dispose](): void {
    this.#copies[Symbol.dispose]()
  }
}
