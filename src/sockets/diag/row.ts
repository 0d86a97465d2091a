import { ObjectError } from '../../errors/index.ts'
import { AF_INET, eachAttribute, littleEndian, type NetlinkMessage } from '../../kernel/index.ts'
import { formatIpv4, formatIpv6 } from '../../packets/index.ts'
import { type Field, Layout } from '../layout.ts'
import { type AlgorithmInfo, decodeAlgorithmInfo, isAlgorithmInfo } from './algorithm-info.ts'
import { type SocketMemory, socketMemory } from './memory-info.ts'
import type { Names } from './names.ts'
import { INET_DIAG_CONG, INET_DIAG_INFO, INET_DIAG_SKMEMINFO } from './request.ts'
import { decodeTcpInfo, tcpInfo, type TcpInfo } from './tcp-info.ts'
import { tcpState, type TcpState } from './tcp-state.ts'

/** A TCP socket as the kernel lists it. */
export interface TcpSocket {
  /** The inode of its network namespace. */
  namespace: number
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
  /** Undefined, as the next two, when it was not asked for or the socket has none. */
  info: TcpInfo | undefined
  memory: SocketMemory | undefined
  algorithm: AlgorithmInfo | undefined
}

/** Where the parts of a socket's message lie; below zero what it has not. */
export interface DiagRow {
  namespace: number
  start: number
  /** The number of the congestion control's name. */
  congestion: number
  infoAt: number
  infoLength: number
  memoryAt: number
  memoryLength: number
  /** Which attribute the algorithm has filled. */
  algorithm: number
  algorithmAt: number
  algorithmLength: number
}

// ABI: struct inet_diag_msg, linux/inet_diag.h. Addresses of 16 bytes stand at 8 and 24, the cookie, as two u32 with the
// low one first, at 44.
const headFields = [
  ['state', 1, 'u8'],
  ['timer', 2, 'u8'],
  ['retransmits', 3, 'u8'],
  ['localPort', 4, 'be16'],
  ['remotePort', 6, 'be16'],
  ['interface', 40, 'u32'],
  ['expires', 52, 'u32'],
  ['receiveQueue', 56, 'u32'],
  ['sendQueue', 60, 'u32'],
  ['uid', 64, 'u32'],
  ['inode', 68, 'u32'],
] as const satisfies readonly Field[]

export type HeadField = (typeof headFields)[number][0]

export const head = new Layout('inet_diag answer', headFields)

/** Finds the parts of a socket's message. Throws an `ObjectError` when it is damaged. */
export function readRow({ view, start, end }: NetlinkMessage, namespace: number, names: Names): DiagRow {
  if (end - start < head.size) {
    const expected = `${head.size} bytes, but there are ${end - start}`
    throw new ObjectError({ file: 'inet_diag answer', path: '', expected })
  }
  const row: DiagRow = {
    namespace,
    start,
    congestion: 0,
    infoAt: -1,
    infoLength: 0,
    memoryAt: -1,
    memoryLength: 0,
    algorithm: 0,
    algorithmAt: -1,
    algorithmLength: 0,
  }
  eachAttribute(view, start + head.size, end, (attribute, at, length) => {
    if (attribute === INET_DIAG_CONG) {
      row.congestion = names.numberOf(view, at, length)
    } else if (attribute === INET_DIAG_INFO) {
      tcpInfo.demand(view, at, length)
      row.infoAt = at
      row.infoLength = length
    } else if (attribute === INET_DIAG_SKMEMINFO) {
      socketMemory.demand(view, at, length)
      row.memoryAt = at
      row.memoryLength = length
    } else if (isAlgorithmInfo(attribute)) {
      row.algorithm = attribute
      row.algorithmAt = at
      row.algorithmLength = length
    }
  })
  return row
}

export const cookieAt = (view: DataView, at: number): bigint =>
  BigInt(view.getUint32(at + 44, littleEndian)) | (BigInt(view.getUint32(at + 48, littleEndian)) << 32n)

/** Where a socket is bound, and what it is connected to. */
export type SocketEnds = Pick<TcpSocket, 'family' | 'local' | 'remote'>

export function decodeEnds(view: DataView, { start }: DiagRow): SocketEnds {
  const family = view.getUint8(start) === AF_INET ? 'ipv4' : 'ipv6'
  const format = family === 'ipv4' ? formatIpv4 : formatIpv6
  return {
    family,
    // ABI: ports are in network order.
    local: { address: format(view, start + 8), port: view.getUint16(start + 4) },
    remote: { address: format(view, start + 24), port: view.getUint16(start + 6) },
  }
}

/** A row as an object. */
export function decodeSocket(view: DataView, row: DiagRow, names: readonly string[]): TcpSocket {
  const facts = head.decode(view, row.start, head.size)
  return {
    namespace: row.namespace,
    ...decodeEnds(view, row),
    state: tcpState(facts.state),
    congestion: names[row.congestion] ?? '',
    cookie: cookieAt(view, row.start),
    inode: facts.inode,
    uid: facts.uid,
    interface: facts.interface,
    receiveQueue: facts.receiveQueue,
    sendQueue: facts.sendQueue,
    info: row.infoAt < 0 ? undefined : decodeTcpInfo(view, row.infoAt, row.infoLength),
    memory: row.memoryAt < 0 ? undefined : socketMemory.decode(view, row.memoryAt, row.memoryLength),
    algorithm:
      row.algorithmAt < 0 ? undefined : decodeAlgorithmInfo(row.algorithm, view, row.algorithmAt, row.algorithmLength),
  }
}
