import { type Attempt, check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import * as libc from '../libc.ts'

// ABI: linux/socket.h.
const SOL_XDP = 283

// ABI: linux/if_xdp.h.
export const XDP_MMAP_OFFSETS = 1
export const XDP_RX_RING = 2
export const XDP_TX_RING = 3
export const XDP_UMEM_REG = 4
export const XDP_UMEM_FILL_RING = 5
export const XDP_UMEM_COMPLETION_RING = 6
export const XDP_STATISTICS = 7
export const XDP_OPTIONS = 8

type Purpose = Pick<Attempt, 'doing' | 'hints'> & { option: string }

const notXdp = { ENOTSOCK: 'the descriptor is no socket', ENOPROTOOPT: 'the descriptor is no socket of AF_XDP, or the kernel is older than this option' }

export function setXdpOption(fd: Fd, name: number, value: Uint8Array, { doing, option, hints }: Purpose): void {
  const attempt = { doing, syscall: `setsockopt(${option})`, capability: 'CAP_NET_RAW', hints: { ...notXdp, ...hints } }
  check(libc.setsockopt(fd.number, SOL_XDP, name, value, value.length), attempt)
}

/** The answer may be shorter than `size`: older kernels know less. */
export function getXdpOption(fd: Fd, name: number, size: number, { doing, option, hints }: Purpose): DataView {
  const value = new Uint8Array(size)
  const length = Uint32Array.of(size)
  check(libc.getsockopt(fd.number, SOL_XDP, name, value, length), { doing, syscall: `getsockopt(${option})`, hints: { ...notXdp, ...hints } })
  return new DataView(value.buffer, 0, Math.min(length[0] ?? 0, size))
}
