/** Frames as the RFCs draw them, made with no thought of speed, to test what reads and changes them. */

export interface FrameSpec {
  to?: string
  tags?: number[]
  family?: 4 | 6
  ecn?: number
  dscp?: number
  source?: number
  destination?: number
  protocol?: number
  /** What the transport header begins with. */
  ports?: [number, number]
  /** Bytes of IPv4 options, a multiple of four. */
  options?: number
  /** IPv6: extension headers in front of the transport's, by their numbers and lengths in units of eight bytes. */
  extensions?: [protocol: number, units: number][]
  /** IPv4: the flags and the fragment offset. */
  fragment?: number
  payload?: number
}

const word = (value: number): number[] => [value >> 8, value & 0xff]
const long = (value: number): number[] => [...word(value >>> 16), ...word(value & 0xffff)]

/** The sum that RFC 1071 describes, over whole headers. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

export function frameOf(spec: FrameSpec): Uint8Array<ArrayBuffer> {
  const { to = '02:cc:01:00:00:01', tags = [], family = 4, payload = 40 } = spec
  const addresses = [...to.split(':').map((byte) => Number.parseInt(byte, 16)), 2, 0xcc, 0, 0, 0, 1]
  const type = [...tags.flatMap((tag) => [...word(0x8100), ...word(tag)]), ...word(family === 4 ? 0x0800 : 0x86dd)]
  const body = Array.from({ length: payload }, (_, at) => at & 0xff)
  const inner = [...(spec.ports ?? []).flatMap(word), ...body]
  return Uint8Array.from([...addresses, ...type, ...(family === 4 ? ipv4(spec, inner) : ipv6(spec, inner))])
}

function ipv4(spec: FrameSpec, inner: number[]): number[] {
  const { ecn = 0, dscp = 0, source = 1, destination = 2, protocol = 6, options = 0, fragment = 0 } = spec
  const header = [
    0x40 | (5 + options / 4),
    (dscp << 2) | ecn,
    ...word(20 + options + inner.length),
    ...word(0x1234),
    ...word(fragment),
    64,
    protocol,
    0,
    0,
    ...long(source),
    ...long(destination),
    ...Array.from({ length: options }, () => 1),
  ]
  header.splice(10, 2, ...word(internetChecksum(Uint8Array.from(header))))
  return [...header, ...inner]
}

function ipv6(spec: FrameSpec, inner: number[]): number[] {
  const { ecn = 0, dscp = 0, source = 1, destination = 2, protocol = 6, extensions = [] } = spec
  const following = [...extensions.slice(1).map(([number]) => number), protocol]
  const headers = extensions.flatMap(([number, units], index) => {
    // An authentication header counts words of four bytes, less two.
    const length = number === 51 ? units * 2 - 2 : units - 1
    return [following[index] ?? 0, length, ...Array.from({ length: units * 8 - 2 }, () => 0)]
  })
  const first = extensions[0]?.[0] ?? protocol
  const traffic = (dscp << 2) | ecn
  return [
    0x60 | (traffic >> 4),
    (traffic & 0xf) << 4,
    0x12,
    0x34,
    ...word(headers.length + inner.length),
    first,
    64,
    ...[0x2001_0002, 0, 0, source].flatMap(long),
    ...[0x2001_0002, 0, 0, destination].flatMap(long),
    ...headers,
    ...inner,
  ]
}
