import { parseHardwareAddress } from './hardware-address.ts'
import { familyNumber, parseAddress } from './ip-address.ts'
import { littleEndian } from './netlink.ts'
import type { Request } from './netlink-socket.ts'

// ABI: RTM_NEWNEIGH, linux/rtnetlink.h; NDA_, NUD_ and NTF_, linux/neighbour.h; AF_BRIDGE, linux/socket.h.
const RTM_NEWNEIGH = 28
const NDA_DST = 1
const NDA_LLADDR = 2
const NUD_NOARP = 0x40
const NUD_PERMANENT = 0x80
const NTF_MASTER = 4
const AF_BRIDGE = 7
const NLM_F_CREATE_EXCL = 0x600

// ABI: struct ndmsg, linux/neighbour.h: u8 family, 3 bytes of padding, s32 ifindex, u16 state, u8 flags, u8 type.
function ndmsg({ family, index, state, flags = 0 }: Record<'family' | 'index' | 'state', number> & { flags?: number }) {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, family)
  view.setInt32(4, index, littleEndian)
  view.setUint16(8, state, littleEndian)
  view.setUint8(10, flags)
  return bytes
}

/** Behind the interface `index`, `address` is reached at `hardwareAddress`, for ever and without asking. */
export function permanentNeighbour(index: number, address: string, hardwareAddress: string): Request {
  const bytes = parseAddress(address)
  const family = familyNumber(bytes.length === 4 ? 'ipv4' : 'ipv6')
  return {
    type: RTM_NEWNEIGH,
    flags: NLM_F_CREATE_EXCL,
    fixed: ndmsg({ family, index, state: NUD_PERMANENT }),
    attributes: [
      [NDA_DST, bytes],
      [NDA_LLADDR, parseHardwareAddress(hardwareAddress)],
    ],
  }
}

/**
 * The bridge of the port `index` sends what goes to `hardwareAddress` there, for ever. Its own NUD_PERMANENT would stand
 * for an address of the bridge itself (net/bridge/br_fdb.c).
 */
export const permanentForwarding = (index: number, hardwareAddress: string): Request => ({
  type: RTM_NEWNEIGH,
  flags: NLM_F_CREATE_EXCL,
  fixed: ndmsg({ family: AF_BRIDGE, index, state: NUD_NOARP, flags: NTF_MASTER }),
  attributes: [[NDA_LLADDR, parseHardwareAddress(hardwareAddress)]],
})
