import { readFileSync } from 'node:fs'
import { decodeText } from '../../bytes/index.ts'
import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { type AddressFamily, familyNumber, socketAddress, type TcpAddress } from './ip-address.ts'
import * as libc from '../libc.ts'
import { openSocket } from './namespace.ts'
import { u32, zeroEnded } from './netlink.ts'

// ABI: bits/socket_type.h, netinet/in.h, netinet/tcp.h, asm-generic/socket.h.
const SOCK_STREAM = 1
const SOCK_NONBLOCK = 0o4000
const IPPROTO_TCP = 6
const TCP_INFO = 11
const TCP_CONGESTION = 13
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_LINGER = 13

// ABI: TCP_CA_NAME_MAX, net/tcp.h, counts the closing zero.
const nameMax = 16
// More than any kernel's struct tcp_info; the kernel answers how much it wrote.
const tcpInfoMax = 512

/**
 * A TCP socket with its congestion control chosen, not yet bound nor connected. The choice comes this early because
 * an algorithm may change the handshake: DCTCP asks for ECN in the SYN, at both ends.
 *
 * Closing it while data is under way resets the connection at once (linger 0). Otherwise a killed process would
 * leave the kernel sending for minutes, and with it the network namespace and the algorithm in use.
 */
export function openTcpSocket(family: AddressFamily, congestion: string | undefined, namespace?: Fd): Fd {
  const spec = {
    domain: familyNumber(family),
    type: SOCK_STREAM | SOCK_NONBLOCK,
    protocol: IPPROTO_TCP,
    what: 'a TCP socket',
  }
  const fd = openSocket(spec, namespace)
  try {
    if (congestion !== undefined) setCongestion(fd.number, congestion)
    // ABI: struct linger, linux/socket.h: s32 onoff, s32 seconds.
    setOption(fd.number, SO_LINGER, new Uint8Array(Int32Array.of(1, 0).buffer), 'SO_LINGER')
    return fd
  } catch (error) {
    fd[Symbol.dispose]()
    throw error
  }
}

/** Binds a listening socket to its address; port 0 lets the kernel choose. */
export function bindTcpSocket(fd: Fd, address: TcpAddress): void {
  setOption(fd.number, SO_REUSEADDR, u32(1), 'SO_REUSEADDR')
  const bytes = socketAddress(address)
  check(libc.bindSocket(fd.number, bytes, bytes.length), {
    doing: `binding a TCP socket to ${address.address} port ${address.port}`,
    syscall: 'bind',
    capability: 'CAP_NET_BIND_SERVICE',
    hints: { EADDRINUSE: 'something listens there already', EADDRNOTAVAIL: 'no interface has that address' },
  })
}

function setOption(fd: number, name: number, value: Uint8Array, word: string): void {
  check(libc.setsockopt(fd, SOL_SOCKET, name, value, value.length), {
    doing: 'preparing a TCP socket',
    syscall: `setsockopt(${word})`,
  })
}

/** Gives a socket another congestion control. Throws a `SyscallError` with errno ENOENT when none has that name. */
export function setCongestion(fd: number, name: string): void {
  const bytes = zeroEnded(name)
  check(libc.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, bytes, bytes.length), {
    doing: `choosing congestion control "${name}" for a TCP socket`,
    syscall: 'setsockopt(TCP_CONGESTION)',
    capability: 'CAP_NET_ADMIN',
    hints: { ENOENT: `none of that name is registered; there are: ${availableCongestion().join(', ')}` },
  })
}

/** The names that are registered, native and BPF. */
export function availableCongestion(): string[] {
  return readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8').trim().split(/\s+/)
}

/** The name of the congestion control that the kernel uses for an open TCP socket. */
export function socketCongestion(fd: number): string {
  const bytes = getOption(fd, TCP_CONGESTION, 'TCP_CONGESTION', nameMax)
  return decodeText(bytes).replace(/\0.*$/s, '')
}

/** The bytes of `struct tcp_info` of an open TCP socket, as many as this kernel has. */
export const socketTcpInfo = (fd: number): Uint8Array => getOption(fd, TCP_INFO, 'TCP_INFO', tcpInfoMax)

function getOption(fd: number, name: number, word: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const length = Uint32Array.of(size)
  check(libc.getsockopt(fd, IPPROTO_TCP, name, bytes, length), {
    doing: 'asking a TCP socket',
    syscall: `getsockopt(${word})`,
  })
  return bytes.slice(0, length[0])
}
