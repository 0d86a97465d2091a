import { DelayLine, type DelayOptions } from './delay-line.ts'
import { lossOf, type LossOptions } from './loss.ts'
import { type Fate, mark, type Packet } from './packet.ts'
import { Policer, type PolicerOptions } from './policer.ts'
import { type QueueOptions, queueOf } from './queue/options.ts'
import type { Discipline, Limit } from './queue/queue.ts'
import { Random } from './random.ts'
import { type RateOptions, rateOf } from './rate/options.ts'
import type { Rate } from './rate/rate.ts'

/** One direction of a path, as plain data. */
export interface LinkOptions extends DelayOptions {
  rate: RateOptions
  queue: QueueOptions
  loss?: LossOptions
  /** Packets that are marked before they come to the queue, if they can be, picked as lost ones are. */
  mark?: LossOptions
  /** The probability that a packet comes twice. */
  duplicate?: number
  policer?: PolicerOptions
}

/** What can be another while a link runs: all but the discipline of its queue. What is not named stays as it is. */
export interface LinkChange extends Partial<Omit<LinkOptions, 'queue'>> {
  /** Of its queue. What waits stays there if it is more; nothing comes to it before there is room. */
  limit?: Limit
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
  readonly #losing: Random
  readonly #marking: Random
  readonly #doubling: Random
  #policer: Policer | undefined
  #isLost: () => boolean = () => false
  #isMarked: () => boolean = () => false
  #duplicate: number
  #rate: Rate
  #sending: P | undefined
  /** Since when so many bytes of it are sent at the rate that holds now. */
  #sendingSince = 0
  #bytesLeft = 0
  /** When the packet on the link is all sent; Infinity when there is none. */
  #sentAt = Infinity

  /** `origin` is when its time begins: the steps of a rate and a trace count from there. */
  constructor(options: LinkOptions, seed: number, fate: Fate<P>, origin = 0) {
    const { rate, queue, loss, mark: marks, duplicate = 0, policer } = options
    this.#fate = fate
    this.#rate = rateOf(rate, origin)
    this.#queue = queueOf(queue, new Random(seed, 'queue'), fate)
    this.#line = new DelayLine(options, new Random(seed, 'jitter'))
    this.#policer = policer === undefined ? undefined : new Policer(policer)
    this.#losing = new Random(seed, 'loss')
    if (loss !== undefined) this.#isLost = lossOf(loss, this.#losing)
    this.#marking = new Random(seed, 'mark')
    if (marks !== undefined) this.#isMarked = lossOf(marks, this.#marking)
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

  /** No packet comes out before this moment, if nothing is set; Infinity when there is none. */
  get deliversNext(): number {
    return Math.min(this.#line.next, this.#sentAt + this.#line.least)
  }

  /**
   * Goes on otherwise from now on. A new rate holds for what is left of the packet on the link, its steps and its trace
   * begin now; a new delay and jitter hold for packets that are sent from now on.
   */
  set({ rate, limit, loss, mark: marks, policer, duplicate, ...delay }: LinkChange, now: number): void {
    this.advance(now)
    if (rate !== undefined) this.#setRate(rateOf(rate, now), now)
    if (limit !== undefined) this.#queue.setLimit(limit)
    if (loss !== undefined) this.#isLost = lossOf(loss, this.#losing)
    if (marks !== undefined) this.#isMarked = lossOf(marks, this.#marking)
    if (duplicate !== undefined) this.#duplicate = duplicate
    if (policer !== undefined && this.#policer !== undefined) this.#policer.set(policer, now)
    else if (policer !== undefined) this.#policer = new Policer(policer)
    this.#line.set(delay)
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
      if (this.#isMarked()) mark(packet, 'random', now, this.#fate)
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
    this.#finish(packet.size, at)
  }

  #setRate(rate: Rate, now: number): void {
    const left = this.#rate.left(this.#sendingSince, this.#bytesLeft, now)
    this.#rate = rate
    if (this.#sending !== undefined) this.#finish(left, now)
  }

  #finish(bytes: number, from: number): void {
    this.#sendingSince = from
    this.#bytesLeft = bytes
    this.#sentAt = this.#rate.finish(from, bytes)
  }
}
