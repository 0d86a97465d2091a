import { nominalRate, type RateOptions } from '../../link-model/index.ts'

/**
 * What an IPv4 header, that of UDP and the Ethernet header take of a frame, as links count it.
 *
 * ABI: linux/ip.h, linux/udp.h, linux/if_ether.h.
 */
const headers = { ip: 20, udp: 8, ethernet: 14 }

/** The smallest frame of Ethernet, without its checksum, and the datagram in it. */
export const smallFrame = 60
export const payloadOf = (frame: number): number => frame - headers.ethernet - headers.ip - headers.udp
export const largestFrame = (mtu: number): number => mtu + headers.ethernet

/** How long a link takes to send a frame at its highest rate, ns; nothing where frames wait for their turn instead. */
export const serialization = (rate: RateOptions, bytes: number): number =>
  rate.kind === 'trace' ? 0 : (bytes * 8e9) / nominalRate(rate)
