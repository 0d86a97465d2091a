import { ObjectError } from '../errors/index.ts'
import {
  AF_INET,
  AF_INET6,
  attributeText,
  eachAttribute,
  type Fd,
  littleEndian,
  type NetlinkMessage,
  NetlinkSocket,
} from '../kernel/index.ts'
import { formatIpv4, formatIpv6 } from '../packets/index.ts'
import { decodeTcpInfo, type TcpInfo } from './tcp-info.ts'
import { stateMask, tcpState, type TcpState, tcpStates } from './tcp-state.ts'

// ABI: NETLINK_SOCK_DIAG, linux/netlink.h; SOCK_DIAG_BY_FAMILY, linux/sock_diag.h; INET_DIAG_*, linux/inet_diag.h.
const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const INET_DIAG_INFO = 2
const INET_DIAG_CONG = 4
const IPPROTO_TCP = 6

/** A TCP socket as the kernel lists it. */
export interface TcpSocket {
  family: 'ipv4' | 'ipv6'
  local: { address: string; port: number }
  remote: { address: string; port: number }
  state: TcpState
  /** The congestion control; empty for a socket that has none: one in TIME_WAIT or still half open. */
  congestion: string
  /** Names the socket for as long as the machine runs. */
  cookie: bigint
  /** As in `/proc/PID/fd`; 0 when no process holds the socket any more. */
  inode: number
  uid: number
  /** The interface it is bound to; 0 for any. */
  interface: number
  /** Bytes to be read, or connections to be accepted. */
  receiveQueue: number
  /** Bytes not yet acknowledged, or how many connections may wait. */
  sendQueue: number
  /** Undefined when it was not asked for or the socket has none. */
  info: TcpInfo | undefined
}

export interface TcpSocketFilter {
  /** All when left out. */
  states?: readonly TcpState[]
  /** Only sockets with this congestion control. */
  congestion?: string
  /** Whether to read `tcp_info`, the costly part; true when left out. */
  info?: boolean
}

/** How many sockets each congestion control has, by its name. */
export type CongestionCounts = Map<string, number>

/** The TCP sockets of a network namespace, IPv4 then IPv6: of the one given, or of the own one. */
export function listTcpSockets(filter: TcpSocketFilter = {}, namespace?: Fd): TcpSocket[] {
  return dumpTcp(filter, namespace, (message) => parseTcpSocket(message, filter))
}

/** Counts without reading more of each socket than its congestion control. Those that have none are left out. */
export function countTcpSockets(filter: Pick<TcpSocketFilter, 'states'> = {}, namespace?: Fd): CongestionCounts {
  const names = dumpTcp({ ...filter, info: false }, namespace, (message) =>
    message.type === SOCK_DIAG_BY_FAMILY ? readAttributes(message).congestion : undefined,
  )
  const counts: CongestionCounts = new Map()
  for (const name of names) if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function dumpTcp<T>(
  filter: TcpSocketFilter,
  namespace: Fd | undefined,
  parse: (message: NetlinkMessage) => T | undefined,
): T[] {
  using socket = new NetlinkSocket(NETLINK_SOCK_DIAG, namespace)
  return [AF_INET, AF_INET6].flatMap((family) =>
    socket.dump({ type: SOCK_DIAG_BY_FAMILY, fixed: diagRequest(family, filter) }, parse, {
      doing: 'listing TCP sockets',
      syscall: 'netlink(SOCK_DIAG_BY_FAMILY)',
      hints: { ENOENT: 'this kernel cannot list TCP sockets: it needs CONFIG_INET_TCP_DIAG' },
    }),
  )
}

// ABI: struct inet_diag_req_v2, linux/inet_diag.h: u8 family, u8 protocol, u8 ext, u8 pad, u32 states, 48 bytes of id.
function diagRequest(family: number, { states = tcpStates, info = true }: TcpSocketFilter): Uint8Array {
  const bytes = new Uint8Array(56)
  const extensions = (1 << (INET_DIAG_CONG - 1)) | (info ? 1 << (INET_DIAG_INFO - 1) : 0)
  bytes.set([family, IPPROTO_TCP, extensions])
  new DataView(bytes.buffer).setUint32(4, stateMask(states), littleEndian)
  return bytes
}

/**
 * ABI: struct inet_diag_msg, linux/inet_diag.h: u8 family, state, timer, retrans; the id from 4 (be16 ports at 4 and 6,
 * addresses of 16 bytes at 8 and 24, u32 interface at 40, u64 cookie at 44, two u32 halves, the low one first); u32
 * expires, rqueue, wqueue, uid and inode from 52 on.
 */
const messageSize = 72

function readAttributes({ view, start, end }: NetlinkMessage): {
  congestion: string
  infoAt: number
  infoLength: number
} {
  if (end - start < messageSize) {
    throw new ObjectError({
      file: 'inet_diag answer',
      path: '',
      expected: `${messageSize} bytes, but there are ${end - start}`,
    })
  }
  const found = { congestion: '', infoAt: -1, infoLength: 0 }
  eachAttribute(view, start + messageSize, end, (attribute, at, length) => {
    if (attribute === INET_DIAG_CONG) found.congestion = attributeText(view, at, length)
    else if (attribute === INET_DIAG_INFO) {
      found.infoAt = at
      found.infoLength = length
    }
  })
  return found
}

/** A socket of a listing's message, or undefined when the filter leaves it out. */
export function parseTcpSocket(message: NetlinkMessage, filter: TcpSocketFilter): TcpSocket | undefined {
  if (message.type !== SOCK_DIAG_BY_FAMILY) return undefined
  const { view, start } = message
  const { congestion, infoAt, infoLength } = readAttributes(message)
  if (filter.congestion !== undefined && filter.congestion !== congestion) return undefined
  const family = view.getUint8(start) === AF_INET ? 'ipv4' : 'ipv6'
  const format = family === 'ipv4' ? formatIpv4 : formatIpv6
  return {
    family,
    local: { address: format(view, start + 8), port: view.getUint16(start + 4) },
    remote: { address: format(view, start + 24), port: view.getUint16(start + 6) },
    state: tcpState(view.getUint8(start + 1)),
    congestion,
    cookie:
      BigInt(view.getUint32(start + 44, littleEndian)) | (BigInt(view.getUint32(start + 48, littleEndian)) << 32n),
    inode: view.getUint32(start + 68, littleEndian),
    uid: view.getUint32(start + 64, littleEndian),
    interface: view.getUint32(start + 40, littleEndian),
    receiveQueue: view.getUint32(start + 56, littleEndian),
    sendQueue: view.getUint32(start + 60, littleEndian),
    info: infoAt < 0 ? undefined : decodeTcpInfo(view, infoAt, infoLength),
  }
}
