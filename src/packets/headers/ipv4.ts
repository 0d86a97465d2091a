import { formatIpv4 } from '../addresses.ts'
import { cutShort, damaged, type Ecn, type Reader } from './layer.ts'
import { IPPROTO } from './numbers.ts'
import { readIcmp } from './icmp.ts'
import { payloadReader, readUdp } from './udp.ts'
import { readTcp } from './tcp.ts'

const shortest = 20

const codepoints = ['not-ect', 'ect1', 'ect0', 'ce'] as const
/** The two low bits of the traffic class. */
export const ecnOf = (trafficClass: number): Ecn => codepoints[trafficClass & 3] ?? 'not-ect'

// ABI: RFC 791: u4 version, u4 words of header, u8 class, u16 length, u16 id, u3 flags, u13 offset in units of 8 bytes,
// u8 ttl, u8 protocol, u16 checksum, source, destination.
export const readIpv4: Reader = (view, at, end) => {
  if (end - at < shortest) return cutShort('ipv4', at, end, shortest)
  const version = view.getUint8(at) >> 4
  if (version !== 4) return damaged('ipv4', at, end, `version ${version}`)
  const header = (view.getUint8(at) & 0xf) * 4
  if (header < shortest) return damaged('ipv4', at, end, `a header of ${header} bytes`)
  if (end - at < header) return cutShort('ipv4', at, end, header)
  const length = view.getUint16(at + 2)
  if (length < header) return damaged('ipv4', at, end, `a length of ${length}, of which ${header} are header`)
  const fragment = view.getUint16(at + 6)
  const fragmentOffset = (fragment & 0x1fff) * 8
  const protocol = view.getUint8(at + 9)
  return {
    layer: {
      kind: 'ipv4',
      source: formatIpv4(view, at + 12),
      destination: formatIpv4(view, at + 16),
      dscp: view.getUint8(at + 1) >> 2,
      ecn: ecnOf(view.getUint8(at + 1)),
      ttl: view.getUint8(at + 8),
      id: view.getUint16(at + 4),
      dontFragment: (fragment & 0x4000) !== 0,
      moreFragments: (fragment & 0x2000) !== 0,
      fragmentOffset,
      protocol,
      options: header - shortest,
      length,
    },
    // Short packets are filled up to what Ethernet sends at least.
    next: { read: readerOf(protocol, fragmentOffset), at: at + header, end: Math.min(end, at + length) },
  }
}

/** Only the first fragment has the header of what it is a part of. */
function readerOf(protocol: number, fragmentOffset: number): Reader {
  if (fragmentOffset > 0) return payloadReader(protocol)
  switch (protocol) {
    case IPPROTO.TCP:
      return readTcp
    case IPPROTO.UDP:
      return readUdp
    case IPPROTO.ICMP:
      return readIcmp
    default:
      return payloadReader(protocol)
  }
}
