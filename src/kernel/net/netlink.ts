import { endianness } from 'node:os'
import { decodeText } from '../../bytes/index.ts'
import { ObjectError } from '../../errors/index.ts'

/** Netlink messages as bytes: building requests, walking answers. Byte order is the machine's. */

export const littleEndian = endianness() === 'LE'

// ABI: struct nlmsghdr, linux/netlink.h: u32 len, u16 type, u16 flags, u32 seq, u32 pid.
const headerSize = 16
// ABI: struct nlattr, linux/netlink.h: u16 len, u16 type. NLA_TYPE_MASK takes off NLA_F_NESTED and the byte order flag.
const attributeHeaderSize = 4
const NLA_F_NESTED = 0x8000
const NLA_TYPE_MASK = 0x3fff

// ABI: NLMSG_ALIGNTO and NLA_ALIGNTO, linux/netlink.h.
const align = (length: number): number => (length + 3) & ~3

/** Type and value; a list stands for nested attributes. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]]

export interface NetlinkRequest {
  type: number
  flags: number
  sequence: number
  /** The fixed part that the message type begins with, such as `struct ifinfomsg`. */
  fixed: Uint8Array
  attributes: readonly Attribute[]
}

export function encodeRequest({ type, flags, sequence, fixed, attributes }: NetlinkRequest): Uint8Array {
  const start = headerSize + align(fixed.length)
  const bytes = new Uint8Array(start + attributesSize(attributes))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, littleEndian)
  view.setUint16(4, type, littleEndian)
  view.setUint16(6, flags, littleEndian)
  view.setUint32(8, sequence, littleEndian)
  bytes.set(fixed, headerSize)
  writeAttributes(view, start, attributes)
  return bytes
}

/** Attributes alone, for a value that carries some after a fixed part. */
export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  const bytes = new Uint8Array(attributesSize(attributes))
  writeAttributes(new DataView(bytes.buffer), 0, attributes)
  return bytes
}

function attributesSize(attributes: readonly Attribute[]): number {
  return attributes.reduce((size, [, value]) => size + align(attributeHeaderSize + valueSize(value)), 0)
}

const valueSize = (value: Attribute[1]): number => (value instanceof Uint8Array ? value.length : attributesSize(value))

function writeAttributes(view: DataView, start: number, attributes: readonly Attribute[]): void {
  let at = start
  for (const [type, value] of attributes) {
    const length = attributeHeaderSize + valueSize(value)
    view.setUint16(at, length, littleEndian)
    view.setUint16(at + 2, value instanceof Uint8Array ? type : type | NLA_F_NESTED, littleEndian)
    const inner = at + attributeHeaderSize
    if (value instanceof Uint8Array) new Uint8Array(view.buffer, view.byteOffset).set(value, inner)
    else writeAttributes(view, inner, value)
    at += align(length)
  }
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, littleEndian)
  return bytes
}

/** Text with its closing zero, as the kernel wants names. */
export const zeroEnded = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`)

/** One message of an answer. Its body is `view` from `start` up to `end`. */
export interface NetlinkMessage {
  type: number
  flags: number
  sequence: number
  view: DataView
  start: number
  end: number
}

/** The messages of one datagram, which lies in `view` from `from` up to `to`. */
export function messages(view: DataView, from = 0, to = view.byteLength): NetlinkMessage[] {
  const found: NetlinkMessage[] = []
  for (let at = from; at < to;) {
    const left = to - at
    const length = left < headerSize ? 0 : view.getUint32(at, littleEndian)
    if (length < headerSize || length > left) {
      damaged(`message[${found.length}]`, `a message of ${length} bytes in ${left}`)
    }
    found.push({
      type: view.getUint16(at + 4, littleEndian),
      flags: view.getUint16(at + 6, littleEndian),
      sequence: view.getUint32(at + 8, littleEndian),
      view,
      start: at + headerSize,
      end: at + length,
    })
    at += align(length)
  }
  return found
}

/** Calls `visit` with the type, the place and the length of each attribute between `start` and `end`. */
export function eachAttribute(
  view: DataView,
  start: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  if (end > view.byteLength) damaged('attributes', `they end at ${end}, the answer at ${view.byteLength}`)
  let at = start
  while (at < end) {
    const left = end - at
    const length = left < attributeHeaderSize ? 0 : view.getUint16(at, littleEndian)
    if (length < attributeHeaderSize || length > left) {
      damaged('attributes', `an attribute of ${length} bytes in ${left}`)
    }
    visit(view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK, at + attributeHeaderSize, length - attributeHeaderSize)
    at += align(length)
  }
}

/** The text of an attribute, up to its zero or its end. */
export function attributeText(view: DataView, at: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, length)
  const zero = bytes.indexOf(0)
  return decodeText(zero < 0 ? bytes : bytes.subarray(0, zero))
}

/** A u32 attribute. Throws when it is shorter. */
export function attributeU32(view: DataView, at: number, length: number): number {
  if (length < 4) damaged('attributes', `a number of 4 bytes, not of ${length}`)
  return view.getUint32(at, littleEndian)
}

export function damaged(path: string, found: string): never {
  throw new ObjectError({ file: 'netlink answer', path, expected: `whole messages, but found ${found}` })
}
