import { UsageError } from '../../errors/index.ts'

/** What is joined by the links of a path, from left to right: one more than there are links. */
export interface Segment {
  role: Role
  hosts: number
}

/** A dumbbell has clients and servers; a parking lot, which is two links in a row, has hosts in the middle too. */
export type Role = 'clients' | 'middle' | 'servers'

/** A host and where it is. */
export interface HostPlan {
  /** `client`, or `client-1` and so on where there are several. */
  name: string
  role: Role
  segment: number
  /** `02:cc:SS:00:HH:HH` is host H, from 1, of segment S: the emulator knows by it where a frame goes. */
  hardwareAddress: string
  ipv4: string
  ipv6: string
}

/** The hosts of each segment; link `i` joins segments `i` and `i + 1`. */
export type TopologyPlan = readonly (readonly HostPlan[])[]

/** All segments are one network, so that nothing is routed: the ranges kept for benchmarks, RFC 2544 and RFC 5180. */
export const prefixes = { ipv4: 15, ipv6: 48 } as const

const nouns: Readonly<Record<Role, string>> = { clients: 'client', middle: 'middle', servers: 'server' }

/** Each host is a process, and the last byte of an IPv4 address has room for no more. */
const mostHosts = 250

/** Throws a `UsageError` for a number of hosts that cannot be. */
export const planTopology = (segments: readonly Segment[]): TopologyPlan =>
  segments.map(({ role, hosts }, segment) => {
    if (!Number.isInteger(hosts) || hosts < 1 || hosts > mostHosts) throw new UsageError(`${role}: 1 to ${mostHosts} hosts, not ${hosts}`)
    return Array.from({ length: hosts }, (_, index) => {
      const name = hosts === 1 ? nouns[role] : `${nouns[role]}-${index + 1}`
      return { name, role, segment, ...addressesOf(segment, index + 1) }
    })
  })

function addressesOf(segment: number, host: number): Pick<HostPlan, 'hardwareAddress' | 'ipv4' | 'ipv6'> {
  const byte = (value: number): string => value.toString(16).padStart(2, '0')
  return {
    hardwareAddress: `02:cc:${byte(segment)}:00:${byte(host >> 8)}:${byte(host & 0xff)}`,
    ipv4: `198.18.${segment}.${host}`,
    // As RFC 5952 spells it.
    ipv6: `${segment === 0 ? '2001:2' : `2001:2:0:${segment}`}::${host.toString(16)}`,
  }
}

/** The interface of the middle namespace that is a segment's. */
export const portOf = (segment: number): string => `segment-${segment}`
