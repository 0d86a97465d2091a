import { nominalRate, type QueueOptions } from '../../link-model/index.ts'
import type { ResolvedPath } from '../../spec/index.ts'

/** Linux's own largest receive and send buffers, bytes: net.ipv4.tcp_rmem and tcp_wmem. */
const usual = { receive: 6_291_456, send: 4_194_304 }

/** ABI: sysctl_tcp_rmem and sysctl_tcp_wmem are ints, net/netns/ipv4.h. */
const largest = 0x7fff_ffff

/** Bytes that can be on their way in one direction: what the links hold in a round trip, and the queues before them. */
export function bytesOnTheWay({ links, mtu }: ResolvedPath): number {
  const packet = mtu + 14
  const roundTrip = links.reduce((sum, { right, left }) => sum + right.delay + left.delay, 0)
  const inQueue = ({ limit }: QueueOptions): number => Math.min(limit.bytes ?? Infinity, (limit.packets ?? Infinity) * packet)
  const directions = (['right', 'left'] as const).map((direction) => {
    const rate = Math.min(...links.map((link) => nominalRate(link[direction].rate)))
    const queues = links.map((link) => inQueue(link[direction].queue)).filter(Number.isFinite)
    return (rate * roundTrip) / 8e9 + queues.reduce((sum, bytes) => sum + bytes, 0)
  })
  return Math.ceil(Math.max(...directions))
}

/**
 * Settings of the hosts: buffers that never are what limits a connection. Half of a buffer may be overhead, and what is
 * sent again is kept twice, so that it is four times what can be on the way, or what the kernel takes at most.
 */
export function sysctlsFor(path: ResolvedPath, own: Readonly<Record<string, string>>): Record<string, string> {
  const room = Math.min(4 * bytesOnTheWay(path), largest)
  return {
    'net.ipv4.tcp_rmem': `4096 131072 ${Math.max(usual.receive, room)}`,
    'net.ipv4.tcp_wmem': `4096 16384 ${Math.max(usual.send, room)}`,
    ...own,
  }
}
