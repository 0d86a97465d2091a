/**
 * What the model knows of a packet. It belongs to the caller, who may add fields and use it again once it was delivered
 * or dropped. Times are ns since a moment that the caller chooses.
 */
export interface Packet {
  /** Bytes that take time on the link and room in the queue. */
  size: number
  /** The same for all packets of a flow: any hash of 32 bits. */
  flow: number
  /** The ECN field of its IP header, `ECN`. The model sets it to CE when it marks. */
  ecn: number
  /** When it came into the queue. Set by the model. */
  queuedAt: number
  /** When it leaves the path at its far end. Set by the model. */
  leavesAt: number
}

/** The ECN field, RFC 3168. */
export const ECN = { NOT_ECT: 0, ECT1: 1, ECT0: 2, CE: 3 } as const

/** Why a packet did not get through: random loss, the policer, no room, or a discipline's decision. */
export type DropReason = 'loss' | 'policer' | 'limit' | 'red' | 'codel' | 'pie'

/** Who decided that a packet is marked: chance, or a discipline. */
export type MarkReason = 'random' | 'step' | 'red' | 'codel' | 'pie'

/** What becomes of packets. Each that arrives is told of once, by `deliver` or by `drop`; a mark comes before that. */
export interface Fate<P extends Packet> {
  deliver(packet: P, at: number): void
  drop(packet: P, reason: DropReason, at: number): void
  mark?(packet: P, reason: MarkReason, at: number): void
  /** A second packet like this one, or undefined where there is no room for it. Without it nothing is duplicated. */
  copy?(packet: P): P | undefined
}

/** Marks a packet that says it can be; one that is marked already counts too. */
export function mark<P extends Packet>(packet: P, reason: MarkReason, at: number, fate: Fate<P>): boolean {
  if (packet.ecn === ECN.NOT_ECT) return false
  packet.ecn = ECN.CE
  fate.mark?.(packet, reason, at)
  return true
}
