import { formatIpv6 } from '../addresses.ts'
import { cutShort, type Icmp, type Reader } from './layer.ts'

const headerSize = 8

// ABI: RFC 792 and RFC 4443: u8 type, u8 code, u16 checksum, four bytes by the type: of an echo u16 id, u16 sequence.
const reader =
  (kind: Icmp['kind'], echoTypes: readonly number[], targetTypes: readonly number[]): Reader =>
  (view, at, end) => {
    if (end - at < headerSize) return cutShort(kind, at, end, headerSize)
    const type = view.getUint8(at)
    const layer: Icmp = { kind, type, code: view.getUint8(at + 1), length: end - at }
    if (echoTypes.includes(type)) layer.echo = { id: view.getUint16(at + 4), sequence: view.getUint16(at + 6) }
    if (targetTypes.includes(type) && end - at >= headerSize + 16) layer.target = formatIpv6(view, at + headerSize)
    return { layer }
  }

export const readIcmp = reader('icmp', [0, 8], [])
/** 135 and 136 are neighbour solicitation and advertisement, RFC 4861. */
export const readIcmpv6 = reader('icmpv6', [128, 129], [135, 136])
