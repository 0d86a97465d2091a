import type { LinkOptions } from './link.ts'
import { mostBytes, nominalRate } from './rate/bounds.ts'

/** A TCP segment without data, with its options, an IPv4 header and an Ethernet header. */
const ackBytes = 66
/** So far from the mean is one of 30,000 normally distributed delays. */
const normalReach = 4
/** What is taken for the rate of a link that has none, bit/s. */
const fastest = 1e10

/**
 * How many packets a link holds at most: in its queues, on it and on the way behind it, both directions. They have
 * `packet` bytes, but for ACKs, of which one may come for each packet of the other direction. Infinity for a queue that
 * has no limit.
 */
export const packetsHeld = ({ right, left }: { right: LinkOptions; left: LinkOptions }, packet: number): number =>
  heldBy(right, left, packet) + heldBy(left, right, packet)

function heldBy({ rate, delay, jitter = 0, distribution, queue }: LinkOptions, other: LinkOptions, packet: number): number {
  const longest = delay + jitter * (distribution === 'normal' ? normalReach : 1)
  const onTheWay = longest === 0 ? 0 : Math.min(mostBytes(rate, longest), (fastest * longest) / 8e9)
  const full = onTheWay / packet
  const acks = Math.min(onTheWay / ackBytes, (Math.min(nominalRate(other.rate), fastest) * longest) / 8e9 / packet)
  const { packets = Infinity, bytes = Infinity } = queue.limit
  // One is on the link, and FQ-CoDel takes one in before it drops another.
  return Math.ceil(Math.max(full, acks)) + Math.min(packets, Math.ceil(bytes / packet)) + 2
}
