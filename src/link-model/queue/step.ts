import { type Fate, mark, type Packet } from '../packet.ts'
import { Droptail } from './droptail.ts'
import type { Limit } from './queue.ts'

/** From where on packets are marked: how many are before one, how many bytes, or how long it waited, ns. */
export interface StepOptions {
  limit: Limit
  packets?: number
  bytes?: number
  delay?: number
}

/**
 * Marks every packet that finds more than K in the queue, at once and with no average, as DCTCP wants it. Packets that
 * cannot be marked are dropped for want of room alone.
 *
 * @see Alizadeh et al., "Data Center TCP (DCTCP)", SIGCOMM 2010, 3.1; RFC 8257, 3.1
 */
export class StepMarking<P extends Packet> extends Droptail<P> {
  readonly #fate: Fate<P>
  readonly #most: Required<Omit<StepOptions, 'limit'>>

  constructor({ limit, packets = Infinity, bytes = Infinity, delay = Infinity }: StepOptions, fate: Fate<P>) {
    super(limit, fate)
    this.#fate = fate
    this.#most = { packets, bytes, delay }
  }

  override enqueue(packet: P, now: number): void {
    const isOver = this.packets > this.#most.packets || this.bytes > this.#most.bytes
    if (isOver && this.fifo.hasRoom(packet)) mark(packet, 'step', now, this.#fate)
    super.enqueue(packet, now)
  }

  override dequeue(now: number): P | undefined {
    const packet = super.dequeue(now)
    if (packet !== undefined && now - packet.queuedAt > this.#most.delay) mark(packet, 'step', now, this.#fate)
    return packet
  }
}
