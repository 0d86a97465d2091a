import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { AF_INET, socketAddress } from './ip-address.ts'
import { openSocket } from './namespace.ts'
import { u32 } from './netlink.ts'

// ABI: bits/socket_type.h; asm-generic/socket.h; linux/in.h; linux/net_tstamp.h.
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_SNDBUFFORCE = 32
const SO_RCVBUFFORCE = 33
const SO_TIMESTAMPING = 37
const SO_MEMINFO = 55
const SOL_IP = 0
const IP_TOS = 1
const IP_RECVTOS = 13
const SOF_TIMESTAMPING_TX_SOFTWARE = 2
const SOF_TIMESTAMPING_RX_SOFTWARE = 8
const SOF_TIMESTAMPING_SOFTWARE = 16
const SOF_TIMESTAMPING_OPT_ID = 128
const SOF_TIMESTAMPING_OPT_CMSG = 1024
const SOF_TIMESTAMPING_OPT_TSONLY = 2048
// ABI: SK_MEMINFO_DROPS, linux/sock_diag.h.
const SK_MEMINFO_DROPS = 8

export interface UdpAddress {
  /** Of IPv4. */
  address: string
  port: number
}

export interface UdpOptions {
  from: UdpAddress
  /** Datagrams go to and come from nowhere else. */
  to: UdpAddress
  /** The network namespace it is in for good; that of this thread when left out. */
  namespace?: Fd
}

const doing = 'preparing a UDP socket'

/**
 * A UDP socket whose packets have the kernel's times: of those that come, when the interface has received them, and of
 * those that go, if `setStamps` wants it, when they are handed to the driver. Calls on it do not block.
 */
export function openUdpSocket({ from, to, namespace }: UdpOptions): Fd {
  const fd = openSocket({ domain: AF_INET, type: SOCK_DGRAM | SOCK_NONBLOCK, protocol: 0, what: 'a UDP socket' }, namespace)
  try {
    const [own, other] = [from, to].map((each) => socketAddress({ family: 'ipv4', ...each }))
    if (own === undefined || other === undefined) throw new TypeError('no addresses')
    check(libc.bindSocket(fd.number, own, own.length), {
      doing: `binding a UDP socket to ${from.address} port ${from.port}`,
      syscall: 'bind',
      hints: { EADDRINUSE: 'something has that port already', EADDRNOTAVAIL: 'no interface has that address' },
    })
    check(libc.connectSocket(fd.number, other, other.length), {
      doing: `having a UDP socket send to ${to.address} port ${to.port}`,
      syscall: 'connect',
      hints: { ENETUNREACH: 'there is no route: the interface may be down' },
    })
    set(fd, SOL_IP, IP_RECVTOS, 1, 'IP_RECVTOS')
    setStamps(fd, 'received')
    return fd
  } catch (error) {
    fd[Symbol.dispose]()
    throw error
  }
}

function set(fd: Fd, level: number, name: number, value: number, option: string): void {
  check(libc.setsockopt(fd.number, level, name, u32(value), 4), { doing, syscall: `setsockopt(${option})` })
}

/**
 * Which packets get times: those that come, or also those that go, which are then numbered anew from 0. Times of those
 * that went are read from the error queue.
 */
export function setStamps(fd: Fd, which: 'received' | 'both'): void {
  const received = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE
  const sent = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_CMSG | SOF_TIMESTAMPING_OPT_TSONLY
  set(fd, SOL_SOCKET, SO_TIMESTAMPING, which === 'both' ? received | sent : received, 'SO_TIMESTAMPING')
}

/** The ECN field of what it sends from now on: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168). */
export const setEcnField = (fd: Fd, ecn: number): void => set(fd, SOL_IP, IP_TOS, ecn, 'IP_TOS')

/** Has it keep so many bytes that nobody has read yet, and as many that are being sent. Beyond the system's limit as root. */
export function setBuffers(fd: Fd, bytes: number): void {
  // ABI: the kernel doubles it, for its own bookkeeping, socket(7).
  libc.setsockopt(fd.number, SOL_SOCKET, SO_SNDBUFFORCE, u32(bytes / 2), 4)
  if (libc.setsockopt(fd.number, SOL_SOCKET, SO_RCVBUFFORCE, u32(bytes / 2), 4) < 0) set(fd, SOL_SOCKET, SO_RCVBUF, bytes / 2, 'SO_RCVBUF')
}

/** How many packets that came it has dropped, for want of room or because they were damaged. */
export function droppedBySocket(fd: Fd): number {
  const memory = new Uint32Array(SK_MEMINFO_DROPS + 1)
  check(libc.getsockopt(fd.number, SOL_SOCKET, SO_MEMINFO, new Uint8Array(memory.buffer), Uint32Array.of(memory.byteLength)), {
    doing: 'asking a UDP socket what it has dropped',
    syscall: 'getsockopt(SO_MEMINFO)',
  })
  return memory[SK_MEMINFO_DROPS] ?? 0
}
