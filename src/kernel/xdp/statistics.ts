import type { Fd } from '../fd.ts'
import { littleEndian } from '../net/netlink.ts'
import { getXdpOption, XDP_OPTIONS, XDP_STATISTICS } from './options.ts'

/** What the kernel counts of a socket, as the kernel names it; since it was bound. */
export interface XdpStatistics {
  /**
   * Packets that were dropped for other reasons than a full rx ring, such as being too large. In copy mode also those that
   * found no frame (net/xdp/xsk.c), which are in `rx_fill_ring_empty_descs` too: subtract them.
   */
  rx_dropped: number
  /** Entries that the kernel could not use. Linux 6.18 passes over addresses of the fill ring that name no frame without counting them here. */
  rx_invalid_descs: number
  /** Entries of the tx ring that name no memory of the umem, or with unknown options. */
  tx_invalid_descs: number
  /** Packets that were dropped because the rx ring was full. Linux 5.9, like those below; undefined before. */
  rx_ring_full: number | undefined
  /** How often the fill ring had no frame: in copy mode for one packet each, which is lost. */
  rx_fill_ring_empty_descs: number | undefined
  /** How often the kernel looked for a packet to send and found none. */
  tx_ring_empty_descs: number | undefined
}

/** XDP_STATISTICS. */
export function xdpStatistics(fd: Fd): XdpStatistics {
  // ABI: struct xdp_statistics, linux/if_xdp.h: six u64, three before Linux 5.9.
  const view = getXdpOption(fd, XDP_STATISTICS, 48, { doing: 'reading the statistics of an AF_XDP socket', option: 'XDP_STATISTICS' })
  const count = (index: number): number => Number(view.getBigUint64(index * 8, littleEndian))
  const later = (index: number): number | undefined => (view.byteLength < 48 ? undefined : count(index))
  return {
    rx_dropped: count(0),
    rx_invalid_descs: count(1),
    tx_invalid_descs: count(2),
    rx_ring_full: later(3),
    rx_fill_ring_empty_descs: later(4),
    tx_ring_empty_descs: later(5),
  }
}

/** XDP_OPTIONS: how the kernel has bound a socket. */
export function xdpOptions(fd: Fd): { zeroCopy: boolean } {
  const view = getXdpOption(fd, XDP_OPTIONS, 4, { doing: 'reading the options of an AF_XDP socket', option: 'XDP_OPTIONS' })
  // ABI: XDP_OPTIONS_ZEROCOPY, linux/if_xdp.h.
  return { zeroCopy: (view.getUint32(0, littleEndian) & 1) !== 0 }
}
