import { constants } from 'node:os'
import { check, systemError } from '../errno.ts'
import { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { socketAddress, type TcpAddress } from './ip-address.ts'

/** Calls on TCP sockets that do not block, by descriptor number: for whoever waits for them by epoll. */

// ABI: asm-generic/socket.h, linux/tcp.h, linux/in.h.
const SOL_SOCKET = 1
const SO_ERROR = 4
const SO_LINGER = 13
const SO_RCVLOWAT = 18
const IPPROTO_TCP = 6
const TCP_NODELAY = 1
const TCP_NOTSENT_LOWAT = 25
// ABI: linux/socket.h, bits/socket.h.
const MSG_DONTWAIT = 0x40
const MSG_TRUNC = 0x20
const MSG_NOSIGNAL = 0x4000
const SHUT_WR = 1
const [SOCK_NONBLOCK, SOCK_CLOEXEC] = [0o4000, 0o2000000]

const { EAGAIN, EINTR, EINPROGRESS, ECONNABORTED } = constants.errno

export function listenTcp(fd: Fd, backlog: number): void {
  check(libc.listenOn(fd.number, backlog), { doing: 'listening for TCP connections', syscall: 'listen' })
}

/** Begins to connect. When the descriptor can be written, `tcpError` says whether it worked. */
export function connectTcp(fd: number, to: TcpAddress): void {
  const bytes = socketAddress(to)
  const result = libc.connectSocket(fd, bytes, bytes.length)
  if (result >= 0 || -result === EINPROGRESS) return
  throw systemError(-result, {
    doing: `connecting to ${to.address} port ${to.port}`,
    syscall: 'connect',
    hints: { EADDRNOTAVAIL: 'a connection between the same ports has not ended yet' },
  })
}

/** The next connection that waits to be accepted, and the port of its other end; undefined when there is none. */
export function acceptTcp(listener: Fd): { fd: Fd; port: number } | undefined {
  const address = new Uint8Array(28)
  const result = libc.acceptSocket(listener.number, address, Uint32Array.of(address.length), SOCK_NONBLOCK | SOCK_CLOEXEC)
  // One that was reset while it waited is none.
  if ([EAGAIN, EINTR, ECONNABORTED].includes(-result)) return undefined
  const fd = new Fd(check(result, { doing: 'accepting a TCP connection', syscall: 'accept4' }), 'an accepted TCP connection')
  // ABI: struct sockaddr_in and sockaddr_in6, netinet/in.h: the port, in network order, is at 2 in both.
  return { fd, port: new DataView(address.buffer).getUint16(2) }
}

/** Writes as many of these bytes as the socket takes now, and answers how many: 0 for none. */
export function writeTcp(fd: number, bytes: Uint8Array, length: number): number {
  const result = libc.send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL)
  if (result >= 0) return result
  if (-result === EAGAIN || -result === EINTR) return 0
  throw systemError(-result, { doing: 'sending on a TCP connection', syscall: 'send' })
}

/** Takes what has come, up to `most` bytes, without a look at it; 0 at the end of the stream, undefined for nothing yet. */
export function discardTcp(fd: number, most: number): number | undefined {
  const result = libc.discard(fd, 0, most, MSG_DONTWAIT | MSG_TRUNC, 0, 0)
  if (result >= 0) return result
  if (-result === EAGAIN || -result === EINTR) return undefined
  throw systemError(-result, { doing: 'receiving on a TCP connection', syscall: 'recv' })
}

/** Says that no more will be sent. */
export function finishTcp(fd: number): void {
  check(libc.shutdownSocket(fd, SHUT_WR), { doing: 'ending a TCP connection', syscall: 'shutdown' })
}

/** Throws what went wrong with the connection since it was asked last. */
export function throwTcpError(fd: number, doing: string): void {
  const value = new Uint8Array(4)
  check(libc.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, Uint32Array.of(4)), { doing, syscall: 'getsockopt(SO_ERROR)' })
  const errno = new Int32Array(value.buffer)[0] ?? 0
  if (errno !== 0) throw systemError(errno, { doing, syscall: 'connect' })
}

/** Has each write go out at once, though the last segment is not full (RFC 896). */
export const sendAtOnce = (fd: number): void => setNumber(fd, IPPROTO_TCP, TCP_NODELAY, 1, 'TCP_NODELAY')

/** Has the socket take no more when so many bytes wait to be sent for the first time. */
export const limitUnsent = (fd: number, bytes: number): void =>
  setNumber(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes, 'TCP_NOTSENT_LOWAT')

/** Has the socket be readable only when so many bytes have come, or the end, or there is no room for more. */
export const readAtLeast = (fd: number, bytes: number): void => setNumber(fd, SOL_SOCKET, SO_RCVLOWAT, bytes, 'SO_RCVLOWAT')

/** Whether closing it resets the connection at once, whatever is under way, or lets it end in good order. */
export function resetOnClose(fd: number, reset: boolean): void {
  // ABI: struct linger, linux/socket.h: s32 onoff, s32 seconds.
  setBytes(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(reset ? 1 : 0, 0).buffer), 'SO_LINGER')
}

const setNumber = (fd: number, level: number, name: number, value: number, word: string): void =>
  setBytes(fd, level, name, new Uint8Array(Int32Array.of(value).buffer), word)

function setBytes(fd: number, level: number, name: number, value: Uint8Array, word: string): void {
  check(libc.setsockopt(fd, level, name, value, value.length), { doing: 'preparing a TCP connection', syscall: `setsockopt(${word})` })
}
