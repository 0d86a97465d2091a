import type { Packet } from '../packet.ts'

/** A queue before a link, and what it does to keep itself short. */
export interface Discipline<P extends Packet> {
  readonly packets: number
  readonly bytes: number
  /** Takes a packet in, or drops it or another one. */
  enqueue(packet: P, now: number): void
  /** The packet that is to be sent next. */
  dequeue(now: number): P | undefined
  /** Another limit for packets that come from now on. What is in the queue stays there. */
  setLimit(limit: Limit): void
}

/** How much a queue holds at most. */
export interface Limit {
  packets?: number
  bytes?: number
}
