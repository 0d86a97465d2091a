import { formatIpv4, formatMac } from '../addresses.ts'
import { readIpv4 } from './ipv4.ts'
import { readIpv6 } from './ipv6.ts'
import { cutShort, type Reader, type Step, type Vlan } from './layer.ts'
import { ETHERTYPE } from './numbers.ts'

const ethernetSize = 14
const tagSize = 4
const arpSize = 28

// ABI: IEEE 802.3: destination, source, u16 type or length.
export const readEthernet: Reader = (view, at, end) => {
  if (end - at < ethernetSize) return cutShort('ethernet', at, end, ethernetSize)
  const type = view.getUint16(at + 12)
  const layer = { kind: 'ethernet', source: formatMac(view, at + 6), destination: formatMac(view, at), type } as const
  return { layer, next: { read: readerOf(type), at: at + ethernetSize, end } }
}

function readerOf(etherType: number): Reader {
  switch (etherType) {
    case ETHERTYPE.IPV4:
      return readIpv4
    case ETHERTYPE.IPV6:
      return readIpv6
    case ETHERTYPE.ARP:
      return readArp
    case ETHERTYPE.VLAN:
      return tagReader('802.1Q')
    case ETHERTYPE.SERVICE_VLAN:
      return tagReader('802.1ad')
    default:
      return (_, at, end) => payload(etherType, at, end)
  }
}

const payload = (etherType: number, at: number, end: number): Step => ({
  layer: { kind: 'payload', is: { etherType }, length: end - at },
})

// ABI: IEEE 802.1Q: u16 of 3 bits priority, 1 bit drop eligible, 12 bits id; u16 type of what follows.
const tagReader =
  (standard: Vlan['standard']): Reader =>
  (view, at, end) => {
    if (end - at < tagSize) return cutShort('vlan', at, end, tagSize)
    const tag = view.getUint16(at)
    return {
      layer: { kind: 'vlan', standard, id: tag & 0xfff, priority: tag >> 13, dropEligible: (tag & 0x1000) !== 0 },
      next: { read: readerOf(view.getUint16(at + 2)), at: at + tagSize, end },
    }
  }

// ABI: RFC 826: u16 hardware (1 is Ethernet), u16 protocol, u8 and u8 lengths of their addresses, u16 operation.
const readArp: Reader = (view, at, end) => {
  if (end - at < arpSize) return cutShort('arp', at, end, arpSize)
  const isUsual = view.getUint16(at) === 1 && view.getUint16(at + 2) === ETHERTYPE.IPV4 && view.getUint16(at + 4) === 0x0604
  if (!isUsual) return payload(ETHERTYPE.ARP, at, end)
  return {
    layer: {
      kind: 'arp',
      operation: view.getUint16(at + 6),
      sender: { mac: formatMac(view, at + 8), address: formatIpv4(view, at + 14) },
      target: { mac: formatMac(view, at + 18), address: formatIpv4(view, at + 24) },
    },
  }
}
