import { type LinkOptions, mostBytes, nominalRate } from '../../link-model/index.ts'
import { headerBytes } from './context.ts'
import type { ResolvedPath } from './resolve.ts'

/** What a TCP segment without data has, with its options and the header of IPv4. */
const ackBytes = 52 + headerBytes
/** So far from the mean is one of 30,000 normally distributed delays. */
const normalReach = 4

/**
 * How many packets a path holds at most: in its queues, on its links and on the way behind them, both directions. They
 * have the largest size, but for ACKs, of which one may come for each packet of the other direction. Infinity for a
 * queue that has no limit.
 */
export const framesNeeded = ({ links, mtu }: Pick<ResolvedPath, 'links' | 'mtu'>): number =>
  links.reduce((sum, { right, left }) => sum + directionNeeds(right, left, mtu + headerBytes) + directionNeeds(left, right, mtu + headerBytes), 0)

function directionNeeds(options: LinkOptions, other: LinkOptions, packet: number): number {
  const { rate, delay, jitter = 0, distribution, queue } = options
  const longest = delay + jitter * (distribution === 'normal' ? normalReach : 1)
  const full = mostBytes(rate, longest) / packet
  const acks = Math.min(mostBytes(rate, longest) / ackBytes, (nominalRate(other.rate) * longest) / 8e9 / packet)
  const { packets = Infinity, bytes = Infinity } = queue.limit
  // One is on the link, and FQ-CoDel takes one in before it drops another.
  return Math.ceil(Math.max(full, acks)) + Math.min(packets, Math.ceil(bytes / packet)) + 2
}
