import { formatIpv6 } from '../addresses.ts'
import { readIcmpv6 } from './icmp.ts'
import { ecnOf } from './ipv4.ts'
import { cutShort, damaged, type Ipv6Extension, type Reader } from './layer.ts'
import { IPPROTO } from './numbers.ts'
import { readTcp } from './tcp.ts'
import { payloadReader, readUdp } from './udp.ts'

const headerSize = 40
/** The least that an extension header has; that of a fragment has no more. */
const extensionSize = 8

// ABI: RFC 8200: u4 version, u8 class, u20 flow label, u16 length, u8 next header, u8 hop limit, source, destination.
export const readIpv6: Reader = (view, at, end) => {
  if (end - at < headerSize) return cutShort('ipv6', at, end, headerSize)
  const first = view.getUint32(at)
  const version = first >>> 28
  if (version !== 6) return damaged('ipv6', at, end, `version ${version}`)
  const trafficClass = (first >>> 20) & 0xff
  const length = view.getUint16(at + 4)
  const nextHeader = view.getUint8(at + 6)
  return {
    layer: {
      kind: 'ipv6',
      source: formatIpv6(view, at + 8),
      destination: formatIpv6(view, at + 24),
      dscp: trafficClass >> 2,
      ecn: ecnOf(trafficClass),
      flowLabel: first & 0xf_ffff,
      hopLimit: view.getUint8(at + 7),
      nextHeader,
      length,
    },
    next: { read: readerOf(nextHeader), at: at + headerSize, end: Math.min(end, at + headerSize + length) },
  }
}

function readerOf(nextHeader: number): Reader {
  switch (nextHeader) {
    case IPPROTO.TCP:
      return readTcp
    case IPPROTO.UDP:
      return readUdp
    case IPPROTO.ICMPV6:
      return readIcmpv6
    case IPPROTO.FRAGMENT:
      return readFragment
    case IPPROTO.HOPOPTS:
      return extensionReader('hop-by-hop')
    case IPPROTO.ROUTING:
      return extensionReader('routing')
    case IPPROTO.DSTOPTS:
      return extensionReader('destination')
    case IPPROTO.AH:
      return extensionReader('authentication')
    case IPPROTO.MH:
      return extensionReader('mobility')
    default:
      return payloadReader(nextHeader)
  }
}

/** The bytes of an extension header, whose second byte counts them: in words of 4 (RFC 4302), else of 8 without the first. */
export const extensionLength = (nextHeader: number, count: number): number =>
  nextHeader === IPPROTO.AH ? (count + 2) * 4 : (count + 1) * 8

const extensionReader =
  (name: Ipv6Extension['name']): Reader =>
  (view, at, end) => {
    if (end - at < extensionSize) return cutShort('extension', at, end, extensionSize)
    const nextHeader = view.getUint8(at)
    const length = extensionLength(name === 'authentication' ? IPPROTO.AH : IPPROTO.HOPOPTS, view.getUint8(at + 1))
    if (end - at < length) return cutShort('extension', at, end, length)
    return {
      layer: { kind: 'extension', name, length, nextHeader },
      next: { read: readerOf(nextHeader), at: at + length, end },
    }
  }

// ABI: RFC 8200, 4.5: u8 next header, u8 reserved, u13 offset in units of 8 bytes, u2 reserved, u1 more, u32 id.
const readFragment: Reader = (view, at, end) => {
  if (end - at < extensionSize) return cutShort('fragment', at, end, extensionSize)
  const nextHeader = view.getUint8(at)
  const field = view.getUint16(at + 2)
  const offset = field & 0xfff8
  return {
    layer: { kind: 'fragment', id: view.getUint32(at + 4), offset, more: (field & 1) !== 0, nextHeader },
    next: { read: offset > 0 ? payloadReader(nextHeader) : readerOf(nextHeader), at: at + extensionSize, end },
  }
}
