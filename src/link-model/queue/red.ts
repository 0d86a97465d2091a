import { UsageError } from '../../errors/index.ts'
import { ECN, type Fate, mark, type Packet } from '../packet.ts'
import type { Random } from '../random.ts'
import { Fifo } from './fifo.ts'
import type { Discipline, Limit } from './queue.ts'

export interface RedOptions {
  limit: Limit
  /** Thresholds of the average length, packets. */
  min: number
  max: number
  /** How likely a packet is marked or dropped as the average comes to `max`. */
  maxProbability?: number
  /** How much one packet's finding counts in the average. */
  weight?: number
  /** Between `max` and twice `max` the probability grows to 1, instead of being 1. */
  gentle?: boolean
  /** Marks what can be marked, as long as the average is under `max`. */
  ecn?: boolean
  /** How long a packet of usual size takes to send, ns: for the average after a time without packets. */
  packetTime: number
}

/**
 * Random Early Detection: the higher the average length, the more packets are dropped or marked, spread evenly.
 *
 * @see Floyd and Jacobson, "Random Early Detection Gateways for Congestion Avoidance", IEEE/ACM Transactions on
 * Networking 1(4), 1993, figure 2; marks up to `max` alone: RFC 3168, 7
 */
export class Red<P extends Packet> implements Discipline<P> {
  readonly #options: Required<RedOptions>
  readonly #random: Random
  readonly #fate: Fate<P>
  readonly #fifo: Fifo<P>
  #average = 0
  /** Packets since the last that was marked or dropped; -1 below `min`. */
  #count = -1
  /** Since when the link has had nothing to send, less what the average has been told of. */
  #idleSince: number | undefined = 0

  constructor(options: RedOptions, random: Random, fate: Fate<P>) {
    const { maxProbability = 0.1, weight = 0.002, gentle = true, ecn = false } = options
    if (!(options.min > 0 && options.max > options.min)) throw new UsageError('RED wants thresholds 0 < min < max')
    if (!(maxProbability > 0 && maxProbability <= 1)) throw new UsageError('RED wants a probability over 0 and up to 1')
    if (!(weight > 0 && weight < 1)) throw new UsageError('RED wants a weight between 0 and 1')
    const isTime = options.packetTime > 0 && options.packetTime < Infinity
    if (!isTime) throw new UsageError('RED wants the time that a packet takes: over 0, and one that ends')
    this.#options = { ...options, maxProbability, weight, gentle, ecn }
    this.#random = random
    this.#fate = fate
    this.#fifo = new Fifo(options.limit)
  }

  get packets(): number {
    return this.#fifo.packets
  }

  get bytes(): number {
    return this.#fifo.bytes
  }

  /** The average length, packets. */
  get average(): number {
    return this.#average
  }

  setLimit(limit: Limit): void {
    this.#fifo.setLimit(limit)
  }

  enqueue(packet: P, now: number): void {
    this.#updateAverage(now)
    if (!this.#fifo.hasRoom(packet)) {
      this.#count = 0
      this.#fate.drop(packet, 'limit', now)
    } else if (this.#isChosen() && !this.#canMark(packet, now)) this.#fate.drop(packet, 'red', now)
    else {
      this.#fifo.push(packet, now)
      this.#idleSince = undefined
    }
  }

  dequeue(now: number): P | undefined {
    const packet = this.#fifo.shift()
    // An empty queue counts as such while the link sends, and by the time that passes once it does not.
    if (packet === undefined) this.#idleSince ??= now
    return packet
  }

  #updateAverage(now: number): void {
    const { weight, packetTime } = this.#options
    if (this.#idleSince === undefined) {
      this.#average += weight * (this.packets - this.#average)
      return
    }
    // As if so many packets of usual size had found an empty queue.
    const missed = Math.floor((now - this.#idleSince) / packetTime)
    this.#average *= (1 - weight) ** missed
    this.#idleSince += missed * packetTime
  }

  /** Whether the packet is one that tells its sender to slow down. */
  #isChosen(): boolean {
    const probability = this.#probability()
    if (probability === 0) {
      this.#count = -1
      return false
    }
    this.#count += 1
    const spread = 1 - this.#count * probability
    const isChosen = probability >= 1 || spread <= 0 || this.#random.happens(probability / spread)
    if (isChosen) this.#count = 0
    return isChosen
  }

  #probability(): number {
    const { min, max, maxProbability, gentle } = this.#options
    if (this.#average < min) return 0
    if (this.#average < max) return (maxProbability * (this.#average - min)) / (max - min)
    return gentle ? Math.min(1, maxProbability + ((1 - maxProbability) * (this.#average - max)) / max) : 1
  }

  #canMark(packet: P, now: number): boolean {
    const { ecn, max } = this.#options
    return ecn && packet.ecn !== ECN.NOT_ECT && this.#average < max && mark(packet, 'red', now, this.#fate)
  }
}
