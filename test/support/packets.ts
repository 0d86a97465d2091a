/** Packets byte by byte, by their RFCs, with checksums. */
import { parseAddress } from '../../src/kernel/net/ip-address.ts'

export type Bytes = Uint8Array

const join = (...parts: readonly (Bytes | readonly number[])[]): Bytes =>
  Uint8Array.from(parts.flatMap((part) => [...part]))

const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)]

const mac = (text: string): number[] => text.split(':').map((part) => Number.parseInt(part, 16))
function sum(bytes: Bytes): number {
  let total = 0
  for (let at = 0; at < bytes.length; at += 2) total += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16)
  return ~total & 0xffff
}

/** Fills in the checksum at an offset, with what else it goes over. */
function checked(bytes: Bytes, at: number, pseudo: readonly number[] = []): Bytes {
  bytes.set(u16(sum(join(pseudo, bytes))), at)
  return bytes
}

const client = '02:cc:00:00:00:01'
const server = '02:cc:01:00:00:01'

/** `vlans` are tags, outermost first, each with the type that tells it. */
export const ethernet = (type: number, payload: Bytes, vlans: readonly { type: number; tag: number }[] = []): Bytes =>
  join(mac(server), mac(client), ...vlans.flatMap(({ type: tagType, tag }) => [u16(tagType), u16(tag)]), u16(type), payload)

const arp = (operation: number): Bytes =>
  join(u16(1), u16(0x0800), [6, 4], u16(operation), mac(client), parseAddress('10.9.0.1'), mac(server), parseAddress('10.9.0.2'))

/** A payload that is made once the addresses are known, because its checksum goes over them. */
export type Transport = { protocol: number; make: (pseudo: (length: number) => number[]) => Bytes }

interface Ipv4Options {
  tos?: number
  id?: number
  /** Flags and offset. */
  fragment?: number
  ttl?: number
  options?: readonly number[]
}

export function ipv4({ protocol, make }: Transport, { tos = 0, id = 0, fragment = 0x4000, ttl = 64, options = [] }: Ipv4Options = {}): Bytes {
  const addresses = [...parseAddress('10.9.0.1'), ...parseAddress('10.9.0.2')]
  const payload = make((length) => [...addresses, 0, protocol, ...u16(length)])
  const words = 5 + options.length / 4
  const header = join([0x40 | words, tos], u16(words * 4 + payload.length), u16(id), u16(fragment), [ttl, protocol, 0, 0], addresses, options)
  return join(checked(header, 10), payload)
}

interface Ipv6Options {
  trafficClass?: number
  flow?: number
  hopLimit?: number
  /** Extension headers without their first byte, and their numbers. */
  extensions?: readonly { number: number; rest: readonly number[] }[]
}

export function ipv6({ protocol, make }: Transport, { trafficClass = 0, flow = 0, hopLimit = 64, extensions = [] }: Ipv6Options = {}): Bytes {
  const addresses = [...parseAddress('2001:db8::1'), ...parseAddress('2001:db8::2')]
  const payload = make((length) => [...addresses, ...u32(length), 0, 0, 0, protocol])
  const numbers = [...extensions.map(({ number }) => number), protocol]
  const headers = extensions.flatMap(({ rest }, index) => [numbers[index + 1] ?? 0, ...rest])
  return join(u32(((6 << 28) | (trafficClass << 20) | flow) >>> 0), u16(headers.length + payload.length), [numbers[0] ?? 0, hopLimit], addresses, headers, payload)
}

interface TcpOptions {
  seq?: number
  ack?: number
  flags?: number
  window?: number
  urgent?: number
  options?: readonly number[]
  payload?: Bytes
}

export const tcp = ({ seq = 1, ack = 0, flags = 2, window = 64_240, urgent = 0, options = [], payload = new Uint8Array() }: TcpOptions = {}): Transport => ({
  protocol: 6,
  make: (pseudo) => {
    const words = 5 + options.length / 4
    const bytes = join(u16(40_000), u16(5201), u32(seq), u32(ack), u16((words << 12) | flags), u16(window), [0, 0], u16(urgent), options, payload)
    return checked(bytes, 16, pseudo(bytes.length))
  },
})

export const udp = (payload: Bytes): Transport => ({
  protocol: 17,
  make: (pseudo) => {
    const bytes = join(u16(40_001), u16(9), u16(8 + payload.length), [0, 0], payload)
    return checked(bytes, 6, pseudo(bytes.length))
  },
})

const icmp = (type: number, code: number, rest: readonly number[]): Transport => ({
  protocol: 1,
  make: () => checked(join([type, code, 0, 0], rest), 2),
})

const icmpv6 = (type: number, code: number, rest: readonly number[]): Transport => ({
  protocol: 58,
  make: (pseudo) => {
    const bytes = join([type, code, 0, 0], rest)
    return checked(bytes, 2, pseudo(bytes.length))
  },
})

/** A later fragment, or any protocol that has no header here. */
export const raw = (protocol: number, bytes: Bytes): Transport => ({ protocol, make: () => bytes })

const text = (letters: string): Bytes => Uint8Array.from(Buffer.from(letters))
const IPV4 = 0x0800
const IPV6 = 0x86dd
const synOptions = [2, 4, ...u16(1460), 4, 2, 8, 10, ...u32(0xdead_beef), ...u32(0), 1, 3, 3, 7]
const sack = [1, 1, 5, 18, ...u32(3000), ...u32(4448), ...u32(0xffff_fff0), ...u32(16)]
const neighbor = [...parseAddress('fe80::2'), 1, 1, ...mac(client)]

/** One of each kind that the reader knows. */
export const examplePackets: Readonly<Record<string, Bytes>> = {
  'ARP request': ethernet(0x0806, arp(1)),
  'ARP reply': ethernet(0x0806, arp(2)),
  'ARP of another operation': ethernet(0x0806, arp(9)),
  'a SYN with options': ethernet(IPV4, ipv4(tcp({ options: synOptions }))),
  'an ECN SYN': ethernet(IPV4, ipv4(tcp({ flags: 0xc2 }), { tos: 2, ttl: 1 })),
  'an AccECN SYN': ethernet(IPV4, ipv4(tcp({ flags: 0x1c2 }))),
  'data with CE and DSCP': ethernet(IPV4, ipv4(tcp({ flags: 0x18, ack: 0xffff_ffff, seq: 0xffff_0000, payload: text('hello') }), { tos: 0xb8 | 3, id: 7 })),
  'an ACK with ECE and SACK': ethernet(IPV4, ipv4(tcp({ flags: 0x50, ack: 3000, options: sack }), { tos: 1 })),
  'urgent FIN': ethernet(IPV4, ipv4(tcp({ flags: 0x31, ack: 1, urgent: 5, payload: text('x') }))),
  'a RST': ethernet(IPV4, ipv4(tcp({ flags: 0x14, window: 0 }), { fragment: 0 })),
  'no flags': ethernet(IPV4, ipv4(tcp({ flags: 0 }))),
  'options that end early': ethernet(IPV4, ipv4(tcp({ options: [2, 4, ...u16(536), 0, 0, 0, 0] }))),
  'fast open': ethernet(IPV4, ipv4(tcp({ options: [34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1] }))),
  'AccECN counts': ethernet(IPV4, ipv4(tcp({ flags: 0x10, options: [172, 11, 0, 0, 9, 0, 1, 0, 0, 0, 3, 1, 174, 5, 0, 0, 7, 1, 1, 1] }))),
  UDP: ethernet(IPV4, ipv4(udp(text('datagram')))),
  'UDP in IPv6 with a flow label': ethernet(IPV6, ipv6(udp(text('datagram')), { flow: 0x12345, trafficClass: 0xb8 | 2, hopLimit: 3 })),
  ping: ethernet(IPV4, ipv4(icmp(8, 0, [...u16(77), ...u16(3), ...text('ping')]))),
  pong: ethernet(IPV4, ipv4(icmp(0, 0, [...u16(77), ...u16(3), ...text('ping')]))),
  'ping in IPv6': ethernet(IPV6, ipv6(icmpv6(128, 0, [...u16(77), ...u16(3), ...text('ping')]))),
  'neighbor solicitation': ethernet(IPV6, ipv6(icmpv6(135, 0, [...u32(0), ...neighbor]), { hopLimit: 255 })),
  'a first fragment': ethernet(IPV4, ipv4(udp(new Uint8Array(1000)), { id: 99, fragment: 0x2000 })),
  'a later fragment': ethernet(IPV4, ipv4(raw(17, new Uint8Array(64)), { id: 99, fragment: 126 })),
  'a first fragment in IPv6': ethernet(IPV6, ipv6(udp(new Uint8Array(1000)), { extensions: [{ number: 44, rest: [0, ...u16(1), ...u32(0xabcd)] }] })),
  'a later fragment in IPv6': ethernet(IPV6, ipv6(raw(17, new Uint8Array(40)), { extensions: [{ number: 44, rest: [0, ...u16(1008), ...u32(0xabcd)] }] })),
  'extension headers': ethernet(IPV6, ipv6(tcp(), { extensions: [{ number: 0, rest: [0, 1, 4, 0, 0, 0, 0] }, { number: 60, rest: [0, 1, 4, 0, 0, 0, 0] }] })),
  'options of IPv4': ethernet(IPV4, ipv4(tcp(), { options: [1, 1, 1, 0] })),
  'a VLAN': ethernet(IPV4, ipv4(tcp()), [{ type: 0x8100, tag: 0x6000 | 5 }]),
  'VLANs in each other': ethernet(IPV6, ipv6(tcp()), [{ type: 0x88a8, tag: 100 }, { type: 0x8100, tag: 0x1000 | 4095 }]),
  SCTP: ethernet(IPV4, ipv4(raw(132, new Uint8Array(20)))),
  'an unknown type': ethernet(0x88b5, text('experimental')),
  '802.3': ethernet(6, join([0x42, 0x42, 3, 0, 0, 0], new Uint8Array(40))),
  'padding behind': join(ethernet(IPV4, ipv4(tcp({ flags: 0x10 }))), new Uint8Array(6)),
}
