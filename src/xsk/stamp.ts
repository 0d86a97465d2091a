const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

// ABI: redirect.bpf.c writes a u64 right before the packet.
const stampSize = 8

/**
 * When the XDP program saw a packet of a socket that is `stamped`, ns of CLOCK_MONOTONIC, and takes that away, so that the
 * next packet in the frame cannot be taken for this one. 0 where the driver has no room for it before packets. `view` is
 * of the whole umem.
 */
export function takeStamp(view: DataView, address: number): number {
  const at = address - stampSize
  if (at < 0) return 0
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian)
  const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian)
  view.setUint32(at, 0)
  view.setUint32(at + 4, 0)
  return high * 2 ** 32 + low
}
