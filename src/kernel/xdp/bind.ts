import { constants } from 'node:os'
import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { bindSocket } from '../libc.ts'
import { littleEndian } from '../net/netlink.ts'
import { AF_XDP } from './open.ts'

/** Bits of `sxdp_flags`. ABI: linux/if_xdp.h. */
export const XDP_BIND = { SHARED_UMEM: 1, COPY: 2, ZEROCOPY: 4, USE_NEED_WAKEUP: 8, USE_SG: 16 } as const

export interface XdpAddress {
  /** The name of the interface, for messages. */
  name: string
  index: number
  queue: number
  /** Bits of `XDP_BIND`. */
  flags: number
  /** Another socket, bound already, whose umem this one shares. */
  sharedWith?: Fd
  /** How long to wait for a queue that has a socket: after one was closed the kernel frees its queue a little later. */
  patienceMs: number
}

const EBUSY = -constants.errno.EBUSY

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Binds a socket to one queue of an interface. */
export function bindXdp(fd: Fd, { name, index, queue, flags, sharedWith, patienceMs }: XdpAddress): void {
  // ABI: struct sockaddr_xdp, linux/if_xdp.h: u16 family, u16 flags, u32 ifindex, u32 queue, u32 fd.
  const address = new DataView(new ArrayBuffer(16))
  address.setUint16(0, AF_XDP, littleEndian)
  address.setUint16(2, flags, littleEndian)
  address.setUint32(4, index, littleEndian)
  address.setUint32(8, queue, littleEndian)
  address.setUint32(12, sharedWith?.number ?? 0, littleEndian)
  const bind = (): number => bindSocket(fd.number, new Uint8Array(address.buffer), 16)
  const deadline = performance.now() + patienceMs
  let result = bind()
  while (result === EBUSY && performance.now() < deadline) {
    Atomics.wait(pause, 0, 0, 1)
    result = bind()
  }
  check(result, {
    doing: `binding an AF_XDP socket to queue ${queue} of ${name}`,
    syscall: 'bind',
    capability: 'CAP_NET_RAW',
    hints: {
      EBUSY: 'that queue has a socket of another umem, perhaps of another process: share its umem, or choose another queue',
      EINVAL: `${name} has no queue ${queue} in use (ethtool -l shows how many are), or the flags do not go together`,
      ENODEV: 'there is no such interface in the network namespace of this socket',
      ENETDOWN: `bring it up first: ip link set ${name} up`,
      EOPNOTSUPP:
        (flags & XDP_BIND.ZEROCOPY) !== 0
          ? 'the driver has no zero-copy, or not with these sizes: copy mode works everywhere'
          : 'the driver does not take this: packets in several buffers need Linux 6.6',
      EPROTONOSUPPORT: 'the driver does not do this',
      EBADF: 'the socket whose umem is to be shared is not bound',
    },
  })
}
