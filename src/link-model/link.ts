import { DelayLine, type DelayOptions } from './delay-line.ts'
import { lossOf, type LossOptions } from './loss.ts'
import type { Fate, Packet } from './packet.ts'
import { Policer, type PolicerOptions } from './policer.ts'
import { type QueueOptions, queueOf } from './queue/options.ts'
import type { Discipline } from './queue/queue.ts'
import { Random } from './random.ts'
import type { Rate } from './rate/rate.ts'

/** One direction of a path. */
export interface LinkOptions extends DelayOptions {
  rate: Rate
  queue: QueueOptions
  loss?: LossOptions
  /** The probability that a packet comes twice. */
  duplicate?: number
  policer?: PolicerOptions
}

/**
 * One direction of a path: packets may be lost, doubled or policed, wait in a queue for the link, take their time on it,
 * and are delayed. It has no clock: the caller says what time it is, never an earlier one than before. What happens, and
 * when, depends on the packets, their times, the options and the seed alone, and not on how often it is asked.
 */
export class Link<P extends Packet> {
  readonly #fate: Fate<P>
  readonly #queue: Discipline<P>
  readonly #line: DelayLine<P>
  readonly #policer: Policer | undefined
  readonly #isLost: () => boolean
  readonly #doubling: Random
  readonly #duplicate: number
  #rate: Rate
  #sending: P | undefined
  /** When the packet on the link is all sent; Infinity when there is none. */
  #sentAt = Infinity

  constructor(options: LinkOptions, seed: number, fate: Fate<P>) {
    const { rate, queue, loss, duplicate = 0, policer } = options
    this.#fate = fate
    this.#rate = rate
    this.#queue = queueOf(queue, new Random(seed, 'queue'), fate)
    this.#line = new DelayLine(options, new Random(seed, 'jitter'))
    this.#policer = policer === undefined ? undefined : new Policer(policer)
    this.#isLost = loss === undefined ? () => false : lossOf(loss, new Random(seed, 'loss'))
    this.#doubling = new Random(seed, 'duplicate')
    this.#duplicate = duplicate
  }

  /** What waits for the link, and what is on it. */
  get queued(): { packets: number; bytes: number } {
    const { packets, bytes } = this.#queue
    return { packets, bytes }
  }

  /** How many packets it has in all: in the queue, on the link and in the delay line. */
  get packets(): number {
    return this.#queue.packets + (this.#sending === undefined ? 0 : 1) + this.#line.packets
  }

  /** When something happens next if no packet comes; Infinity when nothing does. */
  get next(): number {
    return Math.min(this.#sentAt, this.#line.next)
  }

  /** Another rate for packets that start from now on, another delay for those that are sent from now on. */
  set({ rate, delay }: { rate?: Rate; delay?: DelayOptions }): void {
    if (rate !== undefined) this.#rate = rate
    if (delay !== undefined) this.#line.set(delay)
  }

  /** A packet comes to the link. */
  arrive(packet: P, now: number): void {
    this.advance(now)
    const second = this.#doubling.happens(this.#duplicate) ? this.#fate.copy?.(packet) : undefined
    this.#enter(packet, now)
    if (second !== undefined) this.#enter(second, now)
  }

  /** Does all that is due until now, in the order of time. */
  advance(now: number): void {
    for (;;) {
      const leaving = this.#line.next
      const at = Math.min(this.#sentAt, leaving)
      if (at > now || at === Infinity) return
      if (at === leaving) {
        const packet = this.#line.shift()
        if (packet !== undefined) this.#fate.deliver(packet, at)
      } else this.#sent(at)
    }
  }

  #enter(packet: P, now: number): void {
    if (this.#isLost()) this.#fate.drop(packet, 'loss', now)
    else if (this.#policer?.passes(packet.size, now) === false) this.#fate.drop(packet, 'policer', now)
    else {
      this.#queue.enqueue(packet, now)
      if (this.#sending === undefined) this.#send(now)
    }
  }

  #sent(at: number): void {
    const packet = this.#sending
    this.#sending = undefined
    this.#sentAt = Infinity
    if (packet !== undefined) this.#line.push(packet, at)
    this.#send(at)
  }

  #send(at: number): void {
    const packet = this.#queue.dequeue(at)
    if (packet === undefined) return
    this.#sending = packet
    this.#sentAt = this.#rate.finish(at, packet.size)
  }
}
