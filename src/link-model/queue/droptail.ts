import type { Fate, Packet } from '../packet.ts'
import { Fifo } from './fifo.ts'
import type { Discipline, Limit } from './queue.ts'

/** Takes packets as long as there is room. */
export class Droptail<P extends Packet> implements Discipline<P> {
  readonly #fate: Fate<P>
  protected readonly fifo: Fifo<P>

  constructor(limit: Limit, fate: Fate<P>) {
    this.#fate = fate
    this.fifo = new Fifo(limit)
  }

  get packets(): number {
    return this.fifo.packets
  }

  get bytes(): number {
    return this.fifo.bytes
  }

  setLimit(limit: Limit): void {
    this.fifo.setLimit(limit)
  }

  enqueue(packet: P, now: number): void {
    if (this.fifo.hasRoom(packet)) this.fifo.push(packet, now)
    else this.#fate.drop(packet, 'limit', now)
  }

  dequeue(_now: number): P | undefined {
    return this.fifo.shift()
  }
}
