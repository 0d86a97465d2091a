import { cutShort, damaged, type Reader, type TcpFlag, tcpFlags } from './layer.ts'
import { readOptions } from './tcp-options.ts'

const shortest = 20

// ABI: RFC 9293: u16 source, u16 destination, u32 sequence, u32 acknowledgment, u4 words of header, u3 reserved, u9 flags
// (RFC 9768 for the first of them), u16 window, u16 checksum, u16 urgent.
export const readTcp: Reader = (view, at, end) => {
  if (end - at < shortest) return cutShort('tcp', at, end, shortest)
  const header = (view.getUint8(at + 12) >> 4) * 4
  if (header < shortest) return damaged('tcp', at, end, `a header of ${header} bytes`)
  if (end - at < header) return cutShort('tcp', at, end, header)
  return {
    layer: {
      kind: 'tcp',
      sourcePort: view.getUint16(at),
      destinationPort: view.getUint16(at + 2),
      sequence: view.getUint32(at + 4),
      acknowledgment: view.getUint32(at + 8),
      flags: flagsOf(view.getUint16(at + 12)),
      window: view.getUint16(at + 14),
      urgent: view.getUint16(at + 18),
      options: readOptions(view, at + shortest, at + header),
      length: end - at - header,
    },
  }
}

const flagsOf = (bits: number): TcpFlag[] => tcpFlags.filter((_, bit) => (bits & (1 << bit)) !== 0)
