import { SyscallError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import {
  IFF_UP,
  IFLA_IFNAME,
  IFLA_LINKINFO,
  IFLA_MTU,
  ifaddrmsg,
  ifinfomsg,
  type Interface,
  parseInterface,
  RTM_NEWLINK,
} from './interface-messages.ts'
import { parseAddress } from './ip-address.ts'
import { permanentForwarding, permanentNeighbour } from './neighbours.ts'
import { type Attribute, u32, zeroEnded } from './netlink.ts'
import { NetlinkSocket } from './netlink-socket.ts'
import { bridgeKind, startAttributes, type VethEnd, vethKind } from './virtual-interfaces.ts'

// ABI: NETLINK_ROUTE, linux/netlink.h; RTM_, linux/rtnetlink.h; IFLA_, linux/if_link.h; IFA_, linux/if_addr.h.
const NETLINK_ROUTE = 0
const RTM_DELLINK = 17
const RTM_GETLINK = 18
const RTM_SETLINK = 19
const RTM_NEWADDR = 20
const NLM_F_CREATE_EXCL = 0x600
const IFLA_MASTER = 10
const IFLA_XDP = 43
const IFLA_XDP_FD = 1
const IFLA_XDP_FLAGS = 3
const IFLA_XDP_EXPECTED_FD = 8
const XDP_FLAGS_UPDATE_IF_NOEXIST = 1
const XDP_FLAGS_REPLACE = 16
const IFA_ADDRESS = 1
const IFA_LOCAL = 2

const capability = 'CAP_NET_ADMIN'

/** The interfaces of one network namespace: the own one, or the one given. */
export class Interfaces implements Disposable {
  readonly #socket: NetlinkSocket

  constructor(namespace?: Fd) {
    this.#socket = new NetlinkSocket(NETLINK_ROUTE, namespace)
  }

  /**
   * Makes a pair of interfaces joined by a wire, one here and one in the namespace of `peer`. Both are down.
   *
   * The indices should differ: the kernel takes an interface whose index is its peer's, be it in another namespace,
   * for one without a peer, and works off the news that it has a carrier up to a second later (net/core/link_watch.c).
   */
  createVeth(here: VethEnd, peer: VethEnd & { namespace: Fd }, mtu: number): void {
    this.#socket.request(
      {
        type: RTM_NEWLINK,
        flags: NLM_F_CREATE_EXCL,
        fixed: ifinfomsg(here),
        attributes: [...startAttributes(here, mtu), [IFLA_LINKINFO, vethKind(peer, peer.namespace.number, mtu)]],
      },
      {
        doing: `joining two network namespaces by the veth pair ${here.name} and ${peer.name}`,
        syscall: 'netlink(RTM_NEWLINK)',
        capability,
        hints: { EOPNOTSUPP: 'this kernel has no veth interfaces: it needs CONFIG_VETH' },
      },
    )
  }

  /** Makes a bridge without ports. It is down, and has no part in a tree of bridges. */
  createBridge({ name, index }: { name: string; index: number }, mtu: number): void {
    this.#socket.request(
      {
        type: RTM_NEWLINK,
        flags: NLM_F_CREATE_EXCL,
        fixed: ifinfomsg({ index }),
        attributes: [...startAttributes({ name }, mtu), [IFLA_LINKINFO, bridgeKind]],
      },
      {
        doing: `making the bridge ${name}`,
        syscall: 'netlink(RTM_NEWLINK)',
        capability,
        hints: { EOPNOTSUPP: 'this kernel has no bridges: it needs CONFIG_BRIDGE' },
      },
    )
  }

  /** Makes an interface a port of a bridge. */
  setMaster(name: string, bridge: string): void {
    const doing = `making ${name} a port of ${bridge}`
    this.#change(name, doing, ifinfomsg({}), [[IFLA_MASTER, u32(this.#index(bridge, doing))]])
  }

  /** Has a bridge send what goes to an Ethernet address to this port of it, for ever. */
  addForwarding(port: string, hardwareAddress: string): void {
    const doing = `having the bridge of ${port} send there what goes to ${hardwareAddress}`
    const request = permanentForwarding(this.#index(port, doing), hardwareAddress)
    this.#socket.request(request, { doing, syscall: 'netlink(RTM_NEWNEIGH)', capability })
  }

  /** Tells the kernel which Ethernet address an IPv4 or IPv6 address behind an interface has, so that it never asks. */
  addNeighbour(name: string, { address, hardwareAddress }: { address: string; hardwareAddress: string }): void {
    const doing = `making ${address} a neighbour of ${name}`
    const request = permanentNeighbour(this.#index(name, doing), address, hardwareAddress)
    this.#socket.request(request, { doing, syscall: 'netlink(RTM_NEWNEIGH)', capability })
  }

  bringUp(name: string): void {
    this.#change(name, `bringing interface ${name} up`, ifinfomsg({ flags: IFF_UP, change: IFF_UP }), [])
  }

  setMtu(name: string, mtu: number): void {
    this.#change(name, `setting the MTU of ${name} to ${mtu}`, ifinfomsg({}), [[IFLA_MTU, u32(mtu)]])
  }

  #change(name: string, doing: string, fixed: Uint8Array, attributes: readonly Attribute[]): void {
    this.#socket.request(
      { type: RTM_NEWLINK, fixed, attributes: [[IFLA_IFNAME, zeroEnded(name)], ...attributes] },
      { doing, syscall: 'netlink(RTM_NEWLINK)', capability },
    )
  }

  /**
   * Gives an interface an XDP program, by its descriptor, or takes it away (-1), but only if it has `expected`, which
   * is null for none. `flags` are XDP_FLAGS_*.
   */
  setXdp(index: number, { program, flags, expected }: { program: number; flags: number; expected: number | null }): void {
    const guard = expected === null ? XDP_FLAGS_UPDATE_IF_NOEXIST : XDP_FLAGS_REPLACE
    const xdp: Attribute[] = [
      [IFLA_XDP_FD, u32(program)],
      [IFLA_XDP_FLAGS, u32(flags | guard)],
      ...(expected === null ? [] : [[IFLA_XDP_EXPECTED_FD, u32(expected)] as const]),
    ]
    this.#socket.request(
      { type: RTM_SETLINK, fixed: ifinfomsg({ index }), attributes: [[IFLA_XDP, xdp]] },
      {
        doing: program < 0 ? `taking the XDP program of interface ${index} away` : `giving interface ${index} an XDP program`,
        syscall: 'netlink(RTM_SETLINK)',
        capability,
        hints: {
          EBUSY: 'the interface has an XDP program already, perhaps by a link',
          EEXIST: 'the interface has another XDP program',
          ENODEV: 'there is no such interface',
          EOPNOTSUPP: 'the driver of this interface takes no XDP programs; generic mode (XDP_FLAGS_SKB_MODE, 2) works for all',
        },
      },
    )
  }

  /** Gives an interface an IPv4 or IPv6 address, in text. */
  addAddress(name: string, { address, prefix }: { address: string; prefix: number }): void {
    const bytes = parseAddress(address)
    const doing = `giving ${name} the address ${address}/${prefix}`
    const index = this.#index(name, doing)
    this.#socket.request(
      {
        type: RTM_NEWADDR,
        flags: NLM_F_CREATE_EXCL,
        fixed: ifaddrmsg({ family: bytes.length === 4 ? 'ipv4' : 'ipv6', prefix, index }),
        attributes: [
          [IFA_LOCAL, bytes],
          [IFA_ADDRESS, bytes],
        ],
      },
      { doing, syscall: 'netlink(RTM_NEWADDR)', capability },
    )
  }

  /** Deletes an interface, by its name or its number; of a veth pair both ends go. */
  delete(which: string | number): void {
    const [fixed, attributes]: [Uint8Array, readonly Attribute[]] =
      typeof which === 'number' ? [ifinfomsg({ index: which }), []] : [ifinfomsg({}), [[IFLA_IFNAME, zeroEnded(which)]]]
    this.#socket.request(
      { type: RTM_DELLINK, fixed, attributes },
      { doing: `deleting interface ${which}`, syscall: 'netlink(RTM_DELLINK)', capability },
    )
  }

  #index(name: string, doing: string): number {
    const found = this.list().find((one) => one.name === name)
    if (found !== undefined) return found.index
    throw new SyscallError({ doing, syscall: 'netlink(RTM_GETLINK)', errno: 'ENODEV', hint: `there is no interface ${name}` })
  }

  list(): Interface[] {
    return this.#socket.dump({ type: RTM_GETLINK, fixed: ifinfomsg({}) }, parseInterface, {
      doing: 'listing network interfaces',
      syscall: 'netlink(RTM_GETLINK)',
      capability,
    })
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}
