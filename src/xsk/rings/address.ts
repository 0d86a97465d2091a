/**
 * Addresses in a umem are bytes from its start, as plain numbers. ABI: a u64, little endian, of which unaligned umems
 * have the upper 16 bits for an offset (XSK_UNALIGNED_BUF_OFFSET_SHIFT, linux/if_xdp.h); in others these are zero.
 */
const wordSpan = 0x1_0000_0000

/** Where the chunk begins: libxdp's extract_addr. */
export const baseOf = (low: number, high: number): number => (high === 0 ? low : low + (high & 0xffff) * wordSpan)

/** How far inside the chunk: libxdp's extract_offset. */
export const offsetOf = (high: number): number => high >>> 16

/** libxdp's add_offset_to_addr. */
export const addressOf = (low: number, high: number): number => (high === 0 ? low : baseOf(low, high) + offsetOf(high))

/** The upper word of an address. */
export const upperOf = (address: number): number => (address < wordSpan ? 0 : address / wordSpan)
