import { ETHERTYPE, IPPROTO } from './headers/numbers.ts'
import { extensionLength } from './headers/ipv6.ts'

/** What packets are counted by; `ipv4` and `ipv6` are those of another protocol, `other` is no IP. */
export const protocols = ['tcp', 'udp', 'icmp', 'icmpv6', 'ipv4', 'ipv6', 'arp', 'other'] as const
export type Protocol = (typeof protocols)[number]

/**
 * The protocol of a packet that stands from `at` to `end` of memory, for counting: it allocates nothing, and goes by
 * what the headers say that follows, be that damaged or a later fragment.
 */
export function protocolOf(memory: DataView, at: number, end: number): Protocol {
  let type = at + 14 <= end ? memory.getUint16(at + 12) : 0
  let next = at + 14
  while ((type === ETHERTYPE.VLAN || type === ETHERTYPE.SERVICE_VLAN) && next + 4 <= end) {
    type = memory.getUint16(next + 2)
    next += 4
  }
  if (type === ETHERTYPE.ARP) return 'arp'
  if (type === ETHERTYPE.IPV4) return next + 20 <= end ? named(memory.getUint8(next + 9), 'ipv4') : 'ipv4'
  if (type === ETHERTYPE.IPV6) return next + 40 <= end ? behindExtensions(memory, next, end) : 'ipv6'
  return 'other'
}

function behindExtensions(memory: DataView, at: number, end: number): Protocol {
  let protocol = memory.getUint8(at + 6)
  let next = at + 40
  while (isExtension(protocol) && next + 8 <= end) {
    const isFragment = protocol === IPPROTO.FRAGMENT
    const length = isFragment ? 8 : extensionLength(protocol, memory.getUint8(next + 1))
    const isLater = isFragment && (memory.getUint16(next + 2) & 0xfff8) !== 0
    protocol = memory.getUint8(next)
    next += length
    if (isLater) break
  }
  return named(protocol, 'ipv6')
}

function named(protocol: number, version: 'ipv4' | 'ipv6'): Protocol {
  if (protocol === IPPROTO.TCP) return 'tcp'
  if (protocol === IPPROTO.UDP) return 'udp'
  if (protocol === IPPROTO.ICMP && version === 'ipv4') return 'icmp'
  if (protocol === IPPROTO.ICMPV6 && version === 'ipv6') return 'icmpv6'
  return version
}

function isExtension(protocol: number): boolean {
  switch (protocol) {
    case IPPROTO.HOPOPTS:
    case IPPROTO.ROUTING:
    case IPPROTO.FRAGMENT:
    case IPPROTO.AH:
    case IPPROTO.DSTOPTS:
    case IPPROTO.MH:
      return true
    default:
      return false
  }
}
