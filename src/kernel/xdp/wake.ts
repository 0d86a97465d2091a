import { constants } from 'node:os'
import { check, systemError } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'
import { u32 } from '../net/netlink.ts'

// ABI: linux/socket.h.
const MSG_DONTWAIT = 0x40

const { EAGAIN, EBUSY, ENOBUFS, ENETDOWN } = constants.errno

/**
 * Has the kernel send what is in the tx ring: in copy mode it sends within this call, up to 32 packets. Returns whether
 * there may be more to do, so that the call should be made again.
 */
export function wakeTx(fd: number): boolean {
  const result = libc.sendNothing(fd, 0, 0, MSG_DONTWAIT, 0, 0)
  return result < 0 && again(-result, 'sending what is in a tx ring', 'sendto')
}

/** Has the kernel take frames from the fill ring, and receive. Returns whether the call should be made again. */
export function wakeRx(fd: number): boolean {
  const result = libc.receiveNothing(fd, 0, 0, MSG_DONTWAIT, 0, 0)
  return result < 0 && again(-result, 'receiving into an rx ring', 'recvfrom')
}

/** These errnos say that the kernel could not do all of it now. The rings are as they were, and nothing is lost. */
function again(errno: number, doing: string, syscall: string): boolean {
  if (errno === EAGAIN || errno === EBUSY || errno === ENOBUFS) return true
  // The interface is down for now. Whoever sends into it finds the ring full.
  if (errno === ENETDOWN) return false
  const hints = {
    ENXIO: 'the socket is not bound, or the interface is gone',
    EOPNOTSUPP: 'the socket has no such ring',
  }
  throw systemError(errno, { doing, syscall, hints })
}

export interface BusyPolling {
  /** How long a call may poll the device's queue, microseconds; 0 is not at all. */
  microseconds: number
  /** How many packets it may take at once. More than the default of 8 needs CAP_NET_ADMIN. */
  budget?: number
  /** The kernel leaves the queue to the calls of the program instead of handling its interrupts. */
  prefer?: boolean
}

// ABI: asm-generic/socket.h.
const SOL_SOCKET = 1
const SO_BUSY_POLL = 46
const SO_PREFER_BUSY_POLL = 69
const SO_BUSY_POLL_BUDGET = 70

/** Has calls on a socket poll the queue of the device. The first option is from Linux 3.11, the others from 5.11. */
export function setBusyPolling(fd: Fd, { microseconds, budget, prefer }: BusyPolling): void {
  const set = (name: number, option: string, value: number): void => {
    check(libc.setsockopt(fd.number, SOL_SOCKET, name, u32(value), 4), {
      doing: 'setting up busy polling of an AF_XDP socket',
      syscall: `setsockopt(${option})`,
      capability: 'CAP_NET_ADMIN',
      hints: { ENOPROTOOPT: 'it needs CONFIG_NET_RX_BUSY_POLL, and Linux 5.11 for preference and budget' },
    })
  }
  if (prefer !== undefined) set(SO_PREFER_BUSY_POLL, 'SO_PREFER_BUSY_POLL', prefer ? 1 : 0)
  set(SO_BUSY_POLL, 'SO_BUSY_POLL', microseconds)
  if (budget !== undefined) set(SO_BUSY_POLL_BUDGET, 'SO_BUSY_POLL_BUDGET', budget)
}
