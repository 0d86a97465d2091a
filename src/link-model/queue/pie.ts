import { UsageError } from '../../errors/index.ts'
import { type Fate, mark, type Packet } from '../packet.ts'
import type { Random } from '../random.ts'
import { Fifo } from './fifo.ts'
import type { Discipline, Limit } from './queue.ts'

export interface PieOptions {
  limit: Limit
  /** The delay that is aimed at, ns. */
  target?: number
  /** How often the probability is reckoned anew, ns. */
  update?: number
  /** How long a burst is let through, ns. */
  burst?: number
  /** Weights of the delay's distance from the target and of its change, 1/s. */
  alpha?: number
  beta?: number
  /** Marks what can be marked while the probability is no more than 0.1. */
  ecn?: boolean
}

const defaults = { target: 15e6, update: 15e6, burst: 150e6, alpha: 0.125, beta: 1.25, ecn: false }
const mostMarked = 0.1
const meanPacket = 1500

/** RFC 8033, 4.2: the smaller the probability, the smaller its steps. */
const scales: readonly (readonly [below: number, divisor: number])[] = [
  [1e-6, 2048],
  [1e-5, 512],
  [1e-4, 128],
  [1e-3, 32],
  [1e-2, 8],
  [1e-1, 2],
]

/**
 * Proportional Integral controller Enhanced: drops or marks on arrival with a probability that follows the delay and its
 * change. The delay is that of the packet at the head: every packet has the time of its arrival.
 *
 * @see RFC 8033, 4 and appendix A; without rounding of sizes, with the spreading of 5.4
 */
export class Pie<P extends Packet> implements Discipline<P> {
  readonly #options: Required<PieOptions>
  readonly #random: Random
  readonly #fate: Fate<P>
  readonly #fifo: Fifo<P>
  #probability = 0
  /** Sum of the probabilities since the last drop: it keeps drops from coming too close and too far apart. */
  #accumulated = 0
  #burstLeft: number
  #oldDelay = 0
  #nextUpdate: number

  constructor(options: PieOptions, random: Random, fate: Fate<P>) {
    this.#options = { ...defaults, ...options }
    if (!(this.#options.update > 0)) throw new UsageError('PIE wants a time over 0 from one update to the next')
    this.#random = random
    this.#fate = fate
    this.#fifo = new Fifo(options.limit)
    this.#burstLeft = this.#options.burst
    this.#nextUpdate = this.#options.update
  }

  get packets(): number {
    return this.#fifo.packets
  }

  get bytes(): number {
    return this.#fifo.bytes
  }

  /** How likely the next packet is dropped or marked, as of the last update. */
  get probability(): number {
    return this.#probability
  }

  setLimit(limit: Limit): void {
    this.#fifo.setLimit(limit)
  }

  enqueue(packet: P, now: number): void {
    this.#update(now)
    if (!this.#fifo.hasRoom(packet)) {
      this.#accumulated = 0
      this.#fate.drop(packet, 'limit', now)
    } else if (this.#isChosen() && !this.#marks(packet, now)) this.#fate.drop(packet, 'pie', now)
    else this.#fifo.push(packet, now)
  }

  dequeue(now: number): P | undefined {
    this.#update(now)
    return this.#fifo.shift()
  }

  #marks(packet: P, now: number): boolean {
    return this.#options.ecn && this.#probability <= mostMarked && mark(packet, 'pie', now, this.#fate)
  }

  #isChosen(): boolean {
    if (this.#burstLeft > 0) return false
    if (this.#probability === 0) this.#accumulated = 0
    if (this.#oldDelay < this.#options.target / 2 && this.#probability < 0.2) return false
    if (this.bytes <= 2 * meanPacket) return false
    this.#accumulated += this.#probability
    if (this.#accumulated < 0.85) return false
    if (this.#accumulated < 8.5 && !this.#random.happens(this.#probability)) return false
    this.#accumulated = 0
    return true
  }

  /** Does what a timer would have done until now: in between, the queue has been as it is. */
  #update(now: number): void {
    const { update } = this.#options
    while (now >= this.#nextUpdate) {
      const { first } = this.#fifo
      this.#step(first === undefined ? 0 : this.#nextUpdate - first.queuedAt)
      this.#nextUpdate += update
      if (first === undefined && this.#isAtRest()) {
        this.#nextUpdate += Math.max(0, Math.ceil((now - this.#nextUpdate) / update)) * update
      }
    }
  }

  /** Whether more steps of an empty queue change nothing. */
  #isAtRest(): boolean {
    return this.#probability === 0 && this.#oldDelay === 0 && this.#burstLeft === this.#options.burst
  }

  #step(delay: number): void {
    const { alpha, beta, target, update, burst } = this.#options
    const seconds = 1e-9
    const scale = scales.find(([below]) => this.#probability < below)?.[1] ?? 1
    const change = (alpha * (delay - target) + beta * (delay - this.#oldDelay)) * seconds * (1 / scale)
    const grown = this.#probability + (this.#probability >= 0.1 ? Math.min(change, 0.02) : change)
    const decayed = delay === 0 && this.#oldDelay === 0 ? grown * 0.98 : grown
    this.#probability = Math.min(1, Math.max(0, decayed))
    const isCalm = this.#probability === 0 && delay < target / 2 && this.#oldDelay < target / 2
    this.#burstLeft = isCalm ? burst : Math.max(0, this.#burstLeft - update)
    this.#oldDelay = delay
  }
}
