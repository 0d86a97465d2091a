import { existsSync } from 'node:fs'
import { type Fd, Interfaces, Qdiscs, setNamespaceSysctl, turnGroOn, turnOffloadsOff, type VethEnd } from '../../kernel/index.ts'
import { type HostPlan, portOf, prefixes, type TopologyPlan } from './plan.ts'

export interface Namespaces {
  /** By name of the host. */
  hosts: ReadonlyMap<string, Fd>
  /** For the bridges of segments with several hosts. */
  switches: Fd
  middle: Fd
}

export interface WireOptions {
  mtu: number
  tell?: (step: string) => void
}

export interface OffloadsKept {
  interface: string
  offloads: readonly string[]
}

/** The interface of a host. */
export const hostInterface = 'eth0'
// Numbers of interfaces: those of the two ends of a wire differ, as `createVeth` wants it.
const hostIndex = 2
const bridgeIndex = 10
const switchIndex = 1000
const middleIndex = 100
/** What waits for a port of the middle that is behind: no more than all that TCP lets wait at once, ever. */
const mostWaiting = 10_000

/** One end of a wire: an interface to be, and where. */
interface End extends VethEnd {
  namespace: Fd
}

/**
 * Joins the hosts to their segments, and the segments to the middle. The only host of a segment has its wire to the middle
 * itself; several have a bridge between, which knows the port of every host of the path and floods nothing but multicast.
 */
export function wireUp(plan: TopologyPlan, namespaces: Namespaces, options: WireOptions): OffloadsKept[] {
  for (const namespace of [namespaces.switches, namespaces.middle]) silence(namespace)
  const wiring = new Wiring(plan, namespaces, options)
  for (const segment of plan.keys()) wiring.joinSegment(segment)
  for (const host of plan.flat()) wiring.setUpHost(host)
  return wiring.offloadsKept
}

/** What only forwards says nothing itself: no IPv6 there, which would look for routers and tell of multicast groups. */
function silence(namespace: Fd): void {
  if (!existsSync('/proc/sys/net/ipv6')) return
  setNamespaceSysctl(namespace, 'net.ipv6.conf.default.disable_ipv6', '1')
}

/**
 * A veth without a queue drops what finds the 256 places at its other end taken, and nobody is told; since Linux 6.16 one
 * with a queue has it wait.
 */
function queueAt(index: number, namespace: Fd): void {
  using qdiscs = new Qdiscs(namespace)
  qdiscs.put({ interface: index, major: 1 }, { kind: 'pfifo', limit: mostWaiting })
}

class Wiring {
  readonly offloadsKept: OffloadsKept[] = []
  readonly #plan: TopologyPlan
  readonly #namespaces: Namespaces
  readonly #options: WireOptions
  #wires = 0

  constructor(plan: TopologyPlan, namespaces: Namespaces, options: WireOptions) {
    this.#plan = plan
    this.#namespaces = namespaces
    this.#options = options
  }

  joinSegment(segment: number): void {
    const hosts = this.#plan[segment] ?? []
    const { middle, switches } = this.#namespaces
    const port = { name: portOf(segment), index: middleIndex + segment, namespace: middle }
    const [first, second] = hosts
    if (first !== undefined && second === undefined) {
      this.#wire(this.#hostEnd(first), port)
      this.#bringUp(port)
      return
    }
    const bridge = { name: `bridge-${segment}`, index: bridgeIndex + segment }
    this.#options.tell?.(`making ${bridge.name}`)
    using interfaces = new Interfaces(switches)
    interfaces.createBridge(bridge, this.#options.mtu)
    interfaces.bringUp(bridge.name)
    const join = (name: string, other: End, reached: readonly HostPlan[]): void => {
      const end = { name, index: this.#switchPort(), namespace: switches }
      this.#wire(other, end)
      interfaces.setMaster(name, bridge.name)
      for (const { hardwareAddress } of reached) interfaces.addForwarding(name, hardwareAddress)
      this.#bringUp(end)
    }
    for (const host of hosts) join(`to-${host.name}`, this.#hostEnd(host), [host])
    const others = this.#plan.filter((_, index) => index !== segment)
    join(`uplink-${segment}`, port, others.flat())
    queueAt(switchIndex + this.#wires, switches)
    this.#bringUp(port)
  }

  /** Addresses, and where all the others are. */
  setUpHost(host: HostPlan): void {
    this.#options.tell?.(`setting ${host.name} up`)
    using interfaces = new Interfaces(this.#hostNamespace(host))
    for (const family of ['ipv4', 'ipv6'] as const) {
      interfaces.addAddress(hostInterface, { address: host[family], prefix: prefixes[family] })
    }
    // The last to see packets: the wire has them as they were sent, and TCP gets them as from a real interface, for less.
    turnGroOn(hostInterface, this.#hostNamespace(host))
    queueAt(hostIndex, this.#hostNamespace(host))
    interfaces.bringUp(hostInterface)
    for (const { name, hardwareAddress, ipv4, ipv6 } of this.#plan.flat()) {
      if (name === host.name) continue
      for (const address of [ipv4, ipv6]) interfaces.addNeighbour(hostInterface, { address, hardwareAddress })
    }
  }

  #wire(left: End, right: End): void {
    this.#options.tell?.(`making the wire from ${left.name} to ${right.name}`)
    using interfaces = new Interfaces(left.namespace)
    interfaces.createVeth(left, right, this.#options.mtu)
    for (const { name, namespace } of [left, right]) {
      const offloads = turnOffloadsOff(name, namespace)
      if (offloads.length > 0) this.offloadsKept.push({ interface: name, offloads })
    }
  }

  #bringUp({ name, namespace }: End): void {
    using interfaces = new Interfaces(namespace)
    interfaces.bringUp(name)
  }

  #switchPort(): number {
    this.#wires += 1
    return switchIndex + this.#wires
  }

  #hostEnd(host: HostPlan): End {
    const { hardwareAddress } = host
    return { name: hostInterface, index: hostIndex, hardwareAddress, namespace: this.#hostNamespace(host) }
  }

  #hostNamespace({ name }: HostPlan): Fd {
    const found = this.#namespaces.hosts.get(name)
    if (found === undefined) throw new TypeError(`no namespace of host ${name}`)
    return found
  }
}
