import { parseHardwareAddress } from './hardware-address.ts'
import { IFLA_IFNAME, IFLA_INFO_KIND, IFLA_MTU, IFLA_NUM_RX_QUEUES, IFLA_NUM_TX_QUEUES, ifinfomsg } from './interface-messages.ts'
import { type Attribute, encodeAttributes, u32, zeroEnded } from './netlink.ts'

// ABI: IFLA_, linux/if_link.h; VETH_INFO_PEER, linux/veth.h.
const IFLA_ADDRESS = 1
const IFLA_INFO_DATA = 2
const IFLA_NET_NS_FD = 28
const VETH_INFO_PEER = 1
const IFLA_BR_STP_STATE = 5
const IFLA_BR_MCAST_SNOOPING = 23

/** One end of a veth pair, still to be made. */
export interface VethEnd {
  name: string
  /** Its number, which must be free in its namespace. */
  index: number
  /** Its Ethernet address; one of the kernel's choice when left out. */
  hardwareAddress?: string
  /** Of each direction. The kernel chooses how many there are if this is left out, and uses one. */
  queues?: number
}

/** The attributes that an interface begins with. */
export const startAttributes = ({ name, hardwareAddress, queues }: Omit<VethEnd, 'index'>, mtu: number): Attribute[] => [
  [IFLA_IFNAME, zeroEnded(name)],
  [IFLA_MTU, u32(mtu)],
  ...(hardwareAddress === undefined ? [] : [[IFLA_ADDRESS, parseHardwareAddress(hardwareAddress)] as const]),
  ...(queues === undefined ? [] : [IFLA_NUM_TX_QUEUES, IFLA_NUM_RX_QUEUES].map((attribute) => [attribute, u32(queues)] as const)),
]

/** The kind `veth`. ABI: the value of VETH_INFO_PEER is a struct ifinfomsg followed by attributes. */
export function vethKind(peer: VethEnd, namespace: number, mtu: number): Attribute[] {
  const attributes: Attribute[] = [...startAttributes(peer, mtu), [IFLA_NET_NS_FD, u32(namespace)]]
  const value = new Uint8Array(Buffer.concat([ifinfomsg(peer), encodeAttributes(attributes)]))
  return [
    [IFLA_INFO_KIND, zeroEnded('veth')],
    [IFLA_INFO_DATA, [[VETH_INFO_PEER, value]]],
  ]
}

/** The kind `bridge`, one that only forwards: it builds no tree of bridges and asks nobody for multicast groups. */
export const bridgeKind: readonly Attribute[] = [
  [IFLA_INFO_KIND, zeroEnded('bridge')],
  [
    IFLA_INFO_DATA,
    [
      [IFLA_BR_STP_STATE, u32(0)],
      [IFLA_BR_MCAST_SNOOPING, Uint8Array.of(0)],
    ],
  ],
]
