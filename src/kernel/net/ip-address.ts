import { isIPv4, isIPv6 } from 'node:net'
import { UsageError } from '../../errors/index.ts'

export type AddressFamily = 'ipv4' | 'ipv6'

/** Where a TCP socket listens or connects to. */
export interface TcpAddress {
  family: AddressFamily
  /** In text, `198.18.0.1` or `2001:2::1`. */
  address: string
  port: number
}

// ABI: AF_INET and AF_INET6, bits/socket.h; the same on every architecture.
export const AF_INET = 2
export const AF_INET6 = 10

export const familyNumber = (family: AddressFamily): number => (family === 'ipv4' ? AF_INET : AF_INET6)

/** The bytes of an address in network order: 4 or 16. */
export function parseAddress(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  if (!isIPv6(text) || text.includes('%')) throw new UsageError(`"${text}" is not an IPv4 or IPv6 address`)
  const [head = '', tail = ''] = text.split('::')
  const front = groups(head)
  const back = groups(tail)
  return Uint8Array.from([...front, ...Array.from({ length: 16 - front.length - back.length }, () => 0), ...back])
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

/** What bind(2) and connect(2) take. */
export function socketAddress({ family, address, port }: TcpAddress): Uint8Array {
  const parsed = parseAddress(address)
  if (parsed.length !== (family === 'ipv4' ? 4 : 16)) throw new UsageError(`"${address}" is not of family ${family}`)
  // ABI: struct sockaddr_in (16 bytes, address at 4) and sockaddr_in6 (28 bytes, address at 8), netinet/in.h.
  const bytes = new Uint8Array(family === 'ipv4' ? 16 : 28)
  new Uint16Array(bytes.buffer, 0, 1)[0] = familyNumber(family)
  new DataView(bytes.buffer).setUint16(2, port)
  bytes.set(parsed, family === 'ipv4' ? 4 : 8)
  return bytes
}
