import { AF_INET, AF_INET6, type AddressFamily, littleEndian, type NetlinkRequest } from '../../kernel/index.ts'
import { INET_DIAG_VEGASINFO } from './algorithm-info.ts'
import { socketBytecode, type SocketMatch } from './bytecode.ts'
import { stateMask, type TcpState, tcpStates } from './tcp-state.ts'

// ABI: NETLINK_SOCK_DIAG, linux/netlink.h; SOCK_DIAG_BY_FAMILY, linux/sock_diag.h; INET_DIAG_*, linux/inet_diag.h.
export const NETLINK_SOCK_DIAG = 4
export const SOCK_DIAG_BY_FAMILY = 20
const INET_DIAG_REQ_BYTECODE = 1
export const INET_DIAG_INFO = 2
export const INET_DIAG_CONG = 4
export const INET_DIAG_SKMEMINFO = 7
const IPPROTO_TCP = 6

/** Which sockets, and what is to be read of each. */
export interface TcpSocketFilter {
  /** All when left out. */
  states?: readonly TcpState[]
  /** Both when left out. */
  family?: AddressFamily
  /** Only sockets that fit one of these: none of an empty list. The kernel looks, so that others cost next to nothing. */
  match?: readonly SocketMatch[]
  /** Only sockets with this congestion control. The kernel cannot look for it, so that others are read too. */
  congestion?: string
  /** Whether to read `tcp_info`, the costly part; true when left out. */
  info?: boolean
  /** Whether to read what memory the socket has. */
  memory?: boolean
  /** Whether to read what the algorithm tells of itself. */
  algorithm?: boolean
}

/** The requests that a listing takes, one a family: the kernel lists no two at once. */
export function diagRequests(filter: TcpSocketFilter): NetlinkRequest[] {
  if (filter.match?.length === 0) return []
  const bytecode = socketBytecode(filter.match ?? [])
  const families = filter.family === undefined ? [AF_INET, AF_INET6] : [filter.family === 'ipv4' ? AF_INET : AF_INET6]
  return families.map((family) => ({
    type: SOCK_DIAG_BY_FAMILY,
    fixed: fixedPart(family, filter),
    attributes: bytecode.length === 0 ? [] : [[INET_DIAG_REQ_BYTECODE, bytecode]],
  }))
}

// ABI: struct inet_diag_req_v2, linux/inet_diag.h: u8 family, u8 protocol, u8 ext, u8 pad, u32 states, 48 bytes of id.
function fixedPart(family: number, { states = tcpStates, info = true, memory, algorithm }: TcpSocketFilter): Uint8Array {
  const bytes = new Uint8Array(56)
  const extension = (attribute: number, wanted = false) => (wanted ? 1 << (attribute - 1) : 0)
  const extensions =
    extension(INET_DIAG_CONG, true) |
    extension(INET_DIAG_INFO, info) |
    extension(INET_DIAG_SKMEMINFO, memory) |
    // The byte has room for Vegas alone; DCTCP and BBR answer to it too.
    extension(INET_DIAG_VEGASINFO, algorithm)
  bytes.set([family, IPPROTO_TCP, extensions])
  new DataView(bytes.buffer).setUint32(4, stateMask(states), littleEndian)
  return bytes
}
