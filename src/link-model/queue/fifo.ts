import type { Packet } from '../packet.ts'
import { Ring } from '../ring.ts'
import type { Limit } from './queue.ts'

/** Packets in the order of their arrival, and how many bytes they are. */
export class Fifo<P extends Packet> {
  readonly #ring = new Ring<P>()
  #mostPackets = Infinity
  #mostBytes = Infinity
  bytes = 0

  constructor(limit: Limit = {}) {
    this.setLimit(limit)
  }

  setLimit({ packets = Infinity, bytes = Infinity }: Limit): void {
    this.#mostPackets = packets
    this.#mostBytes = bytes
  }

  get packets(): number {
    return this.#ring.length
  }

  get first(): P | undefined {
    return this.#ring.first
  }

  hasRoom(packet: P): boolean {
    return this.packets < this.#mostPackets && this.bytes + packet.size <= this.#mostBytes
  }

  push(packet: P, now: number): void {
    packet.queuedAt = now
    this.bytes += packet.size
    this.#ring.push(packet)
  }

  shift(): P | undefined {
    const packet = this.#ring.shift()
    if (packet !== undefined) this.bytes -= packet.size
    return packet
  }
}
