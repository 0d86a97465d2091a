/** What the emulator reads in a frame and changes in it. Frames are whatever a host sends: nothing in them is trusted. */

// ABI: linux/if_ether.h, in network order.
const ETH_HLEN = 14
const ETH_P_IP = 0x0800
const ETH_P_IPV6 = 0x86dd
const ETH_P_8021Q = 0x8100
const ETH_P_8021AD = 0x88a8
// ABI: linux/in.h and linux/in6.h.
const IPPROTO = { HOPOPTS: 0, TCP: 6, UDP: 17, ROUTING: 43, FRAGMENT: 44, AH: 51, DSTOPTS: 60, SCTP: 132, UDPLITE: 136 }

const ipv4Header = 20
const ipv6Header = 40
const mostTags = 2
const mostExtensions = 8

/** What the headers of a frame say, to be filled in by `readFrame`. */
export interface FrameFacts {
  /** Whether its EtherType is that of IPv4 or IPv6. */
  isIp: boolean
  /** Where its IP header begins; 0 when it has none that can be read. */
  ipAt: number
  /** The ECN field of the IP header; 0, Not-ECT, without one. */
  ecn: number
  /** The flow's hash, 32 bits: `hashFlow`. Without an IP header 0. */
  flow: number
}

/**
 * Reads the headers of the frame of `length` bytes at `start`: Ethernet, up to two VLAN tags, IPv4 with options, IPv6 with
 * extension headers. What the frame is too short for is taken as not there.
 */
export function readFrame(view: DataView, start: number, length: number, into: FrameFacts): void {
  const end = start + length
  into.isIp = false
  into.ipAt = into.ecn = into.flow = 0
  if (length < ETH_HLEN) return
  let at = start + ETH_HLEN
  let type = view.getUint16(at - 2)
  for (let tags = 0; tags < mostTags && (type === ETH_P_8021Q || type === ETH_P_8021AD); tags += 1) {
    if (at + 4 > end) return
    at += 4
    type = view.getUint16(at - 2)
  }
  if (type === ETH_P_IP) {
    into.isIp = true
    readIpv4(view, at, end, into)
  } else if (type === ETH_P_IPV6) {
    into.isIp = true
    readIpv6(view, at, end, into)
  }
}

/** @see RFC 791, 3.1 */
function readIpv4(view: DataView, at: number, end: number, into: FrameFacts): void {
  if (at + ipv4Header > end) return
  const first = view.getUint8(at)
  const header = (first & 0xf) * 4
  if (first >> 4 !== 4 || header < ipv4Header || at + header > end) return
  into.ipAt = at
  into.ecn = view.getUint8(at + 1) & 3
  const protocol = view.getUint8(at + 9)
  // More fragments, or not the first: all fragments of a packet are of one flow, and only the first has the ports.
  const isFragment = (view.getUint16(at + 6) & 0x3fff) !== 0
  const hash = mix(mix(0, view.getUint32(at + 12)), view.getUint32(at + 16))
  into.flow = withPorts(hash, protocol, view, isFragment ? end : at + header, end)
}

/** @see RFC 8200, 3 and 4 */
function readIpv6(view: DataView, at: number, end: number, into: FrameFacts): void {
  if (at + ipv6Header > end || view.getUint8(at) >> 4 !== 6) return
  into.ipAt = at
  into.ecn = (view.getUint8(at + 1) >> 4) & 3
  let hash = 0
  for (let word = at + 8; word < at + ipv6Header; word += 4) hash = mix(hash, view.getUint32(word))
  let protocol = view.getUint8(at + 6)
  let next = at + ipv6Header
  for (let count = 0; count < mostExtensions && isExtension(protocol) && next + 8 <= end; count += 1) {
    const isFragment = protocol === IPPROTO.FRAGMENT
    const length = extensionLength(protocol, view.getUint8(next + 1))
    protocol = view.getUint8(next)
    next = isFragment ? end : next + length
  }
  into.flow = withPorts(hash, protocol, view, next, end)
}

const isExtension = (protocol: number): boolean =>
  protocol === IPPROTO.HOPOPTS ||
  protocol === IPPROTO.ROUTING ||
  protocol === IPPROTO.FRAGMENT ||
  protocol === IPPROTO.DSTOPTS ||
  protocol === IPPROTO.AH

/** An authentication header counts in words of four bytes (RFC 4302, 2.2), the others in words of eight. */
const extensionLength = (protocol: number, field: number): number =>
  protocol === IPPROTO.AH ? (field + 2) * 4 : (field + 1) * 8

/** The hash that packets of a TCP connection have in one direction, of addresses in network order. */
export function tcpFlowHash(from: { address: Uint8Array; port: number }, to: { address: Uint8Array; port: number }): number {
  const words = Uint8Array.of(...from.address, ...to.address)
  const view = new DataView(words.buffer)
  let hash = 0
  for (let word = 0; word < words.length; word += 4) hash = mix(hash, view.getUint32(word))
  return finish(mix(mix(hash, IPPROTO.TCP), from.port * 0x1_0000 + to.port))
}

/** What has ports begins with them; of all else, ICMP too, addresses and protocol make the flow. */
function withPorts(hash: number, protocol: number, view: DataView, at: number, end: number): number {
  const ports = hasPorts(protocol) && at + 4 <= end ? view.getUint32(at) : 0
  return finish(mix(mix(hash, protocol), ports))
}

const hasPorts = (protocol: number): boolean =>
  protocol === IPPROTO.TCP || protocol === IPPROTO.UDP || protocol === IPPROTO.SCTP || protocol === IPPROTO.UDPLITE

/** One word more in a hash of 32 bits: MurmurHash3, Austin Appleby, in the public domain. */
function mix(hash: number, word: number): number {
  const first = Math.imul(word, 0xcc9e_2d51)
  const mixed = hash ^ Math.imul((first << 15) | (first >>> 17), 0x1b87_3593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0
}

function finish(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2_ae35)
  return (second ^ (second >>> 16)) >>> 0
}

/**
 * Sets the ECN field of the IP header at `ipAt`, as `readFrame` found it. The checksum of an IPv4 header is brought up to
 * date, not made anew: what was wrong stays wrong.
 *
 * @see RFC 1624, 3, equation 3
 */
export function setEcn(view: DataView, ipAt: number, ecn: number): void {
  const word = view.getUint16(ipAt)
  const isIpv4 = word >> 12 === 4
  const changed = isIpv4 ? (word & ~3) | ecn : (word & ~0x30) | (ecn << 4)
  view.setUint16(ipAt, changed)
  if (!isIpv4) return
  const sum = (~view.getUint16(ipAt + 10) & 0xffff) + (~word & 0xffff) + changed
  const folded = (sum & 0xffff) + (sum >>> 16)
  view.setUint16(ipAt + 10, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff)
}

/** Where a frame goes: a segment's number, or one of these. */
export const EVERYWHERE = -1
export const NOWHERE = -2

/**
 * Where a frame's destination address leads: `02:cc:SS:00:HH:HH` is host H of segment S, and what has the group bit goes
 * everywhere.
 */
export function destinationOf(view: DataView, start: number, length: number): number {
  if (length < ETH_HLEN) return NOWHERE
  const first = view.getUint32(start)
  if ((first & 0x0100_0000) !== 0) return EVERYWHERE
  return first >>> 16 === 0x02cc && (first & 0xff) === 0 ? (first >>> 8) & 0xff : NOWHERE
}
