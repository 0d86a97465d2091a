import { Heap } from './heap.ts'
import type { Packet } from './packet.ts'
import type { Random } from './random.ts'
import { Ring } from './ring.ts'

export interface DelayOptions {
  /** ns */
  delay: number
  /** How far the delay varies: up to it either way when it is uniform, its deviation when it is normal. ns */
  jitter?: number
  distribution?: 'uniform' | 'normal'
  /** One packet may overtake another. Without it, one that was given less delay leaves right behind the one before. */
  reorder?: boolean
}

/** What holds packets for as long as they are on the wire. */
export class DelayLine<P extends Packet> {
  readonly #random: Random
  readonly #inOrder = new Ring<P>()
  readonly #byTime = new Heap<P>()
  #options: DelayOptions
  #last = 0

  constructor(options: DelayOptions, random: Random) {
    this.#options = options
    this.#random = random
  }

  /** For packets that come from now on. */
  set(change: Partial<DelayOptions>): void {
    this.#options = { ...this.#options, ...change }
  }

  get packets(): number {
    return this.#inOrder.length + this.#byTime.length
  }

  /** When the next packet leaves; Infinity when there is none. */
  get next(): number {
    return Math.min(this.#inOrder.first?.leavesAt ?? Infinity, this.#byTime.next)
  }

  /** The least delay of a packet that comes now, ns. */
  get least(): number {
    const { delay, jitter = 0, distribution } = this.#options
    return distribution === 'normal' && jitter > 0 ? 0 : Math.max(0, delay - jitter)
  }

  push(packet: P, now: number): void {
    const at = now + Math.max(0, this.#options.delay + this.#draw())
    const last = Math.max(this.#last, at)
    this.#last = last
    if (this.#options.reorder) {
      packet.leavesAt = at
      this.#byTime.push(at, packet)
    } else {
      packet.leavesAt = last
      this.#inOrder.push(packet)
    }
  }

  /** The packet that leaves next. */
  shift(): P | undefined {
    const first = this.#inOrder.first?.leavesAt ?? Infinity
    return first <= this.#byTime.next ? this.#inOrder.shift() : this.#byTime.shift()
  }

  #draw(): number {
    const { jitter = 0, distribution = 'uniform' } = this.#options
    if (jitter === 0) return 0
    return jitter * (distribution === 'normal' ? this.#random.normal() : 2 * this.#random.float() - 1)
  }
}
