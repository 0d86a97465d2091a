import { type Fate, mark, type Packet } from '../packet.ts'
import { Fifo } from './fifo.ts'
import type { Discipline, Limit } from './queue.ts'

export interface CodelOptions {
  /** The standing delay that is tolerated, ns. */
  target?: number
  /** For how long it has to stand, ns: about the largest round trip. */
  interval?: number
  /** Marks what can be marked instead of dropping it. */
  ecn?: boolean
}

const defaults = { target: 5e6, interval: 100e6, ecn: false }

/**
 * The largest packet so far: as long as no more than that waits, the link could not be used better. Queues that share a
 * link share it.
 */
export interface Largest {
  bytes: number
}

export const noneSoFar = (): Largest => ({ bytes: 512 })

/** The state machine of one queue that is controlled by how long packets waited in it. */
export class CodelControl<P extends Packet> {
  readonly #options: Required<CodelOptions>
  readonly #fate: Fate<P>
  readonly #fifo: Fifo<P>
  #firstAbove = 0
  #dropNext = 0
  #count = 0
  #lastCount = 0
  #isDropping = false
  readonly #largest: Largest

  constructor(fifo: Fifo<P>, largest: Largest, options: CodelOptions, fate: Fate<P>) {
    this.#largest = largest
    this.#fifo = fifo
    this.#options = { ...defaults, ...options }
    this.#fate = fate
  }

  /** @see RFC 8289, 5.6 */
  dequeue(now: number): P | undefined {
    let { packet, isTooOld } = this.#take(now)
    if (this.#isDropping) {
      if (!isTooOld) this.#isDropping = false
      while (this.#isDropping && packet !== undefined && now >= this.#dropNext) {
        this.#count += 1
        if (this.#marks(packet, now)) {
          this.#dropNext = this.#controlLaw(this.#dropNext)
          return packet
        }
        ;({ packet, isTooOld } = this.#take(now))
        if (isTooOld) this.#dropNext = this.#controlLaw(this.#dropNext)
        else this.#isDropping = false
      }
    } else if (isTooOld && packet !== undefined) {
      if (!this.#marks(packet, now)) ({ packet } = this.#take(now))
      this.#isDropping = true
      // Not long after the last time, it goes on near the rate that helped then.
      const since = this.#count - this.#lastCount
      const isRecent = now - this.#dropNext < 16 * this.#options.interval
      this.#count = since > 1 && isRecent ? since : 1
      this.#dropNext = this.#controlLaw(now)
      this.#lastCount = this.#count
    }
    return packet
  }

  #take(now: number): { packet: P | undefined; isTooOld: boolean } {
    const packet = this.#fifo.shift()
    if (packet === undefined) {
      this.#firstAbove = 0
      return { packet, isTooOld: false }
    }
    if (packet.size > this.#largest.bytes) this.#largest.bytes = packet.size
    const { target, interval } = this.#options
    if (now - packet.queuedAt < target || this.#fifo.bytes <= this.#largest.bytes) {
      this.#firstAbove = 0
      return { packet, isTooOld: false }
    }
    if (this.#firstAbove === 0) {
      this.#firstAbove = now + interval
      return { packet, isTooOld: false }
    }
    return { packet, isTooOld: now >= this.#firstAbove }
  }

  /** Marks the packet, or drops it. */
  #marks(packet: P, now: number): boolean {
    if (this.#options.ecn && mark(packet, 'codel', now, this.#fate)) return true
    this.#fate.drop(packet, 'codel', now)
    return false
  }

  #controlLaw(from: number): number {
    return from + this.#options.interval / Math.sqrt(this.#count)
  }
}

/**
 * Controlled Delay: drops at the head, ever more often, while packets have waited too long for some time.
 *
 * @see RFC 8289
 */
export class Codel<P extends Packet> implements Discipline<P> {
  readonly #fifo: Fifo<P>
  readonly #control: CodelControl<P>
  readonly #fate: Fate<P>

  constructor(options: CodelOptions & { limit: Limit }, fate: Fate<P>) {
    this.#fifo = new Fifo(options.limit)
    this.#control = new CodelControl(this.#fifo, noneSoFar(), options, fate)
    this.#fate = fate
  }

  get packets(): number {
    return this.#fifo.packets
  }

  get bytes(): number {
    return this.#fifo.bytes
  }

  setLimit(limit: Limit): void {
    this.#fifo.setLimit(limit)
  }

  enqueue(packet: P, now: number): void {
    if (this.#fifo.hasRoom(packet)) this.#fifo.push(packet, now)
    else this.#fate.drop(packet, 'limit', now)
  }

  dequeue(now: number): P | undefined {
    return this.#control.dequeue(now)
  }
}
