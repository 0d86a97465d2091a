import { AF_INET, AF_INET6, type AddressFamily, littleEndian, type NetlinkRequest } from '../../kernel/index.ts'
import { INET_DIAG_VEGASINFO } from './algorithm-info.ts'
import { socketBytecode, type SocketMatch } from './bytecode.ts'
import { stateMask, type TcpState, tcpStates } from './tcp-state.ts'

// ABI: NETLINK_SOCK_DIAG, linux/netlink.h; SOCK_DIAG_BY_FAMILY, linux/sock_diag.h; TCPDIAG_GETSOCK and INET_DIAG_*,
// linux/inet_diag.h.
export const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const TCPDIAG_GETSOCK = 18
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

/**
 * The request for a listing; none when nothing can fit. For both families it is the older one, which lists them at once:
 * for each listing the kernel walks through its whole table of connections, of all namespaces.
 */
export function diagRequest(filter: TcpSocketFilter): NetlinkRequest | undefined {
  const { family, match } = filter
  if (match?.length === 0) return undefined
  const bytecode = socketBytecode(match ?? [])
  return {
    type: family === undefined ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY,
    fixed: family === undefined ? bothFamilies(filter) : oneFamily(family, filter),
    attributes: bytecode.length === 0 ? [] : [[INET_DIAG_REQ_BYTECODE, bytecode]],
  }
}

// ABI: struct inet_diag_req, linux/inet_diag.h: u8 family, u8 lengths of addresses, u8 ext, 48 bytes of id, u32 states,
// u32 tables. The family is not looked at.
function bothFamilies(filter: TcpSocketFilter): Uint8Array {
  const bytes = new Uint8Array(60)
  bytes[3] = extensionsOf(filter)
  new DataView(bytes.buffer).setUint32(52, stateMask(filter.states ?? tcpStates), littleEndian)
  return bytes
}

// ABI: struct inet_diag_req_v2, linux/inet_diag.h: u8 family, u8 protocol, u8 ext, u8 pad, u32 states, 48 bytes of id.
function oneFamily(family: AddressFamily, filter: TcpSocketFilter): Uint8Array {
  const bytes = new Uint8Array(56)
  bytes.set([family === 'ipv4' ? AF_INET : AF_INET6, IPPROTO_TCP, extensionsOf(filter)])
  new DataView(bytes.buffer).setUint32(4, stateMask(filter.states ?? tcpStates), littleEndian)
  return bytes
}

function extensionsOf({ info = true, memory, algorithm }: TcpSocketFilter): number {
  const extension = (attribute: number, wanted = false) => (wanted ? 1 << (attribute - 1) : 0)
  return (
    extension(INET_DIAG_CONG, true) |
    extension(INET_DIAG_INFO, info) |
    extension(INET_DIAG_SKMEMINFO, memory) |
    // The byte has room for Vegas alone; DCTCP and BBR answer to it too.
    extension(INET_DIAG_VEGASINFO, algorithm)
  )
}
