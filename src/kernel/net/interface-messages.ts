import { type AddressFamily, familyNumber } from './ip-address.ts'
import { attributeText, attributeU32, damaged, eachAttribute, littleEndian, type NetlinkMessage, u32 } from './netlink.ts'

// ABI: RTM_NEWLINK, linux/rtnetlink.h; IFLA_, linux/if_link.h.
export const RTM_NEWLINK = 16
export const IFLA_IFNAME = 3
export const IFLA_MTU = 4
const IFLA_OPERSTATE = 16
const IFLA_XDP = 43
// ABI: IFLA_XDP_PROG_ID, linux/if_link.h.
const IFLA_XDP_PROG_ID = 4
export const IFLA_NUM_TX_QUEUES = 31
export const IFLA_NUM_RX_QUEUES = 32
export const IFLA_LINKINFO = 18
export const IFLA_INFO_KIND = 1
// ABI: IFA_F_NODAD, linux/if_addr.h: no duplicate address detection, so that an IPv6 address serves at once.
const IFA_F_NODAD = 2
// ABI: IFF_UP and the IF_OPER_ numbers in their order, linux/if.h.
export const IFF_UP = 1
const operstates = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP'] as const

export interface Interface {
  index: number
  name: string
  mtu: number
  up: boolean
  /** What the kernel has noticed of its wire: `UP`, `DOWN`, `LOWERLAYERDOWN`, `UNKNOWN` for one without such news. */
  operstate: string
  /** The kind of a virtual interface, such as `veth`; empty for others. */
  kind: string
  /** How many it can have at most; `ethtool -l` shows how many it uses. */
  rxQueues: number
  txQueues: number
  /** The id of its XDP program; 0 when it has none, or one for the driver and another for the generic hook. */
  xdpProgram: number
}

// ABI: struct ifinfomsg, linux/rtnetlink.h: u8 family, u8 pad, u16 type, s32 index, u32 flags, u32 change.
const ifinfomsgSize = 16

interface LinkHeader {
  index?: number
  flags?: number
  change?: number
}

/** With an index of 0 the interface is named by an attribute. */
export function ifinfomsg({ index = 0, flags = 0, change = 0 }: LinkHeader): Uint8Array {
  const bytes = new Uint8Array(ifinfomsgSize)
  const view = new DataView(bytes.buffer)
  view.setInt32(4, index, littleEndian)
  view.setUint32(8, flags, littleEndian)
  view.setUint32(12, change, littleEndian)
  return bytes
}

// ABI: struct ifaddrmsg, linux/if_addr.h: u8 family, u8 prefixlen, u8 flags, u8 scope, u32 index.
export function ifaddrmsg({ family, prefix, index }: { family: AddressFamily; prefix: number; index: number }): Uint8Array {
  const flags = family === 'ipv6' ? IFA_F_NODAD : 0
  return new Uint8Array(Buffer.concat([Uint8Array.of(familyNumber(family), prefix, flags, 0), u32(index)]))
}

/** What an RTM_NEWLINK says of an interface; undefined for other messages. */
export function parseInterface({ type, view, start, end }: NetlinkMessage): Interface | undefined {
  if (type !== RTM_NEWLINK) return undefined
  if (end - start < ifinfomsgSize) damaged('RTM_NEWLINK', `one of ${end - start} bytes`)
  const found: Interface = {
    index: view.getInt32(start + 4, littleEndian),
    name: '',
    mtu: 0,
    up: (view.getUint32(start + 8, littleEndian) & IFF_UP) !== 0,
    operstate: '',
    kind: '',
    rxQueues: 0,
    txQueues: 0,
    xdpProgram: 0,
  }
  eachAttribute(view, start + ifinfomsgSize, end, (attribute, at, length) => {
    if (attribute === IFLA_IFNAME) found.name = attributeText(view, at, length)
    else if (attribute === IFLA_MTU) found.mtu = attributeU32(view, at, length)
    else if (attribute === IFLA_OPERSTATE && length > 0) found.operstate = operstates[view.getUint8(at)] ?? ''
    else if (attribute === IFLA_NUM_RX_QUEUES) found.rxQueues = attributeU32(view, at, length)
    else if (attribute === IFLA_NUM_TX_QUEUES) found.txQueues = attributeU32(view, at, length)
    else if (attribute === IFLA_XDP) {
      eachAttribute(view, at, at + length, (inner, innerAt, innerLength) => {
        if (inner === IFLA_XDP_PROG_ID) found.xdpProgram = attributeU32(view, innerAt, innerLength)
      })
    } else if (attribute === IFLA_LINKINFO) {
      eachAttribute(view, at, at + length, (inner, innerAt, innerLength) => {
        if (inner === IFLA_INFO_KIND) found.kind = attributeText(view, innerAt, innerLength)
      })
    }
  })
  return found
}
