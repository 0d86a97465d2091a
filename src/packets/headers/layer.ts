/** How a router that does not drop a packet may tell of congestion, and has told: RFC 3168. */
export type Ecn = 'not-ect' | 'ect1' | 'ect0' | 'ce'

export interface Ethernet {
  kind: 'ethernet'
  source: string
  destination: string
  /** What follows, 0x0800 for IPv4; below 0x0600 it is a length (IEEE 802.3). */
  type: number
}

export interface Vlan {
  kind: 'vlan'
  /** `802.1ad` is the outer tag of two. */
  standard: '802.1Q' | '802.1ad'
  id: number
  priority: number
  dropEligible: boolean
}

/** Of IPv4 addresses over Ethernet (RFC 826); any other is a payload. */
export interface Arp {
  kind: 'arp'
  /** 1 asks, 2 answers. */
  operation: number
  sender: { mac: string; address: string }
  target: { mac: string; address: string }
}

export interface Ipv4 {
  kind: 'ipv4'
  source: string
  destination: string
  dscp: number
  ecn: Ecn
  ttl: number
  id: number
  dontFragment: boolean
  moreFragments: boolean
  /** Where in the whole packet's payload this one's stands, bytes. */
  fragmentOffset: number
  protocol: number
  /** Bytes of options. */
  options: number
  /** Bytes, of header and payload together. */
  length: number
}

export interface Ipv6 {
  kind: 'ipv6'
  source: string
  destination: string
  dscp: number
  ecn: Ecn
  flowLabel: number
  hopLimit: number
  nextHeader: number
  /** Bytes behind the header, extension headers among them. */
  length: number
}

export interface Ipv6Extension {
  kind: 'extension'
  name: 'hop-by-hop' | 'routing' | 'destination' | 'authentication' | 'mobility'
  length: number
  nextHeader: number
}

export interface Ipv6Fragment {
  kind: 'fragment'
  id: number
  /** Where in the whole packet's payload this one's stands, bytes. */
  offset: number
  more: boolean
  nextHeader: number
}

/** RFC 9293, and what was assigned since. Sequence numbers are absolute. */
export type TcpOption =
  | { kind: 'end' | 'nop' | 'sack-permitted' }
  | { kind: 'mss'; value: number }
  | { kind: 'window-scale'; shift: number }
  | { kind: 'sack'; blocks: { left: number; right: number }[] }
  | { kind: 'timestamps'; value: number; echo: number }
  /** RFC 7413; empty when it asks for a cookie. */
  | { kind: 'fast-open'; cookie: string }
  /** RFC 9768: bytes counted by how they were marked, 24 bits each; null for those left out. */
  | { kind: 'accecn'; ect0: number | null; ce: number | null; ect1: number | null }
  | { kind: 'other'; number: number; length: number }
  /** An option whose length cannot be. What stands behind it is not read. */
  | { kind: 'damaged'; number: number }

export const tcpFlags = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ae'] as const
export type TcpFlag = (typeof tcpFlags)[number]

export interface Tcp {
  kind: 'tcp'
  sourcePort: number
  destinationPort: number
  sequence: number
  acknowledgment: number
  flags: TcpFlag[]
  /** As it stands there, not scaled. */
  window: number
  urgent: number
  options: TcpOption[]
  /** Bytes of payload. */
  length: number
}

export interface Udp {
  kind: 'udp'
  sourcePort: number
  destinationPort: number
  /** Bytes of payload, as the header says. */
  length: number
}

export interface Icmp {
  kind: 'icmp' | 'icmpv6'
  type: number
  code: number
  /** Of echo requests and replies. */
  echo?: { id: number; sequence: number }
  /** The address that neighbour discovery asks or tells of. */
  target?: string
  length: number
}

/** What this reader does not take apart. */
export interface Payload {
  kind: 'payload'
  /** What it is said to be: an Ethernet type or a protocol of IP. */
  is: { etherType: number } | { protocol: number }
  length: number
}

/** A header that is not there in full, or says of itself what cannot be. Nothing behind it is read. */
export interface Damaged {
  kind: 'damaged'
  header: Exclude<Layer['kind'], 'payload' | 'damaged'>
  /** Bytes that are there of it. */
  length: number
  problem: string
}

export type Layer = Ethernet | Vlan | Arp | Ipv4 | Ipv6 | Ipv6Extension | Ipv6Fragment | Tcp | Udp | Icmp | Payload | Damaged

/** A header, and what is to be read next, if anything is. */
export interface Step {
  layer: Layer
  next?: Next
}

export interface Next {
  read: Reader
  at: number
  end: number
}

/** Reads one header from the bytes `at` to `end` of a packet, and looks at no others. `end` is inside of the view. */
export type Reader = (view: DataView, at: number, end: number) => Step

/** The step of a header for which there are too few bytes. */
export const cutShort = (header: Damaged['header'], at: number, end: number, needed: number): Step =>
  damaged(header, at, end, `only ${Math.max(0, end - at)} of ${needed} bytes`)

export const damaged = (header: Damaged['header'], at: number, end: number, problem: string): Step => ({
  layer: { kind: 'damaged', header, length: Math.max(0, end - at), problem },
})
