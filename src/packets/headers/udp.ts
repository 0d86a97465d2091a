import { cutShort, damaged, type Reader } from './layer.ts'

const headerSize = 8

// ABI: RFC 768: u16 source, u16 destination, u16 length with the header, u16 checksum.
export const readUdp: Reader = (view, at, end) => {
  if (end - at < headerSize) return cutShort('udp', at, end, headerSize)
  const length = view.getUint16(at + 4)
  if (length < headerSize) return damaged('udp', at, end, `a length of ${length}`)
  return {
    layer: {
      kind: 'udp',
      sourcePort: view.getUint16(at),
      destinationPort: view.getUint16(at + 2),
      length: length - headerSize,
    },
  }
}

/** For what an IP header says that follows, and nobody here can read. */
export const payloadReader =
  (protocol: number): Reader =>
  (_, at, end) => ({ layer: { kind: 'payload', is: { protocol }, length: Math.max(0, end - at) } })
