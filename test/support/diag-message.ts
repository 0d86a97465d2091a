import { encodeRequest, littleEndian, messages, type NetlinkMessage } from '../../src/kernel/net/netlink.ts'

const SOCK_DIAG_BY_FAMILY = 20

// ABI: linux/inet_diag.h.
export const INET_DIAG_INFO = 2
export const INET_DIAG_VEGASINFO = 3
export const INET_DIAG_CONG = 4
export const INET_DIAG_SKMEMINFO = 7
export const INET_DIAG_DCTCPINFO = 9
export const INET_DIAG_BBRINFO = 16

/** A message of inet_diag as the kernel writes it, for a connection from 198.18.1.1:40000 to 198.18.1.2:5001. */
export function diagMessage(attributes: [number, Uint8Array][], family = 2): NetlinkMessage {
  const fixed = new Uint8Array(72)
  const view = new DataView(fixed.buffer)
  fixed.set([family, 1, 2, 3])
  view.setUint16(4, 40_000)
  view.setUint16(6, 5001)
  fixed.set(family === 2 ? [198, 18, 1, 1] : [0x20, 1, 0, 2, 0, 0, 0, 1], 8)
  fixed.set(family === 2 ? [198, 18, 1, 2] : [0x20, 1, 0, 2, 0, 0, 0, 2], 24)
  for (const [index, value] of [7, 0xffff_fff0, 1].entries()) view.setUint32(40 + 4 * index, value, littleEndian)
  for (const [index, value] of [100, 200, 300, 1000, 4242].entries()) {
    view.setUint32(52 + 4 * index, value, littleEndian)
  }
  const bytes = encodeRequest({ type: SOCK_DIAG_BY_FAMILY, flags: 2, sequence: 1, fixed, attributes })
  const [message] = messages(new DataView(bytes.buffer))
  if (message === undefined) throw new Error('the message was not read back')
  return message
}
