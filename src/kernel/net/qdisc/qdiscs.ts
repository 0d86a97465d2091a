import type { Fd } from '../../fd.ts'
import { type Attribute, zeroEnded } from '../netlink.ts'
import { NetlinkSocket } from '../netlink-socket.ts'
import { tcmsg } from '../tcmsg.ts'
import { encodeChange, encodeQdisc, type QdiscKind, type QdiscOptions } from './options.ts'
import { parseQdisc, type QdiscFound, RTM_NEWQDISC } from './statistics.ts'

// ABI: NETLINK_ROUTE, NLM_F_, linux/netlink.h; RTM_GETQDISC and TCA_, linux/rtnetlink.h; TC_H_ROOT, linux/pkt_sched.h.
const NETLINK_ROUTE = 0
const RTM_GETQDISC = 38
const NLM_F_REPLACE = 0x100
const NLM_F_CREATE = 0x400
const TCA_KIND = 1
const TCA_OPTIONS = 2
const TC_H_ROOT = 0xffff_ffff

const capability = 'CAP_NET_ADMIN'

/** The handle `major:0`, which names a qdisc. */
export const qdiscHandle = (major: number): number => (major << 16) >>> 0

export interface QdiscPlace {
  /** The index of the interface. */
  interface: number
  /** The first number of its handle, 1 for `1:`. */
  major: number
  /** That of the qdisc in whose class 1 it is; without it, it is the interface's own. */
  within?: number
}

interface QdiscRequest {
  kind: QdiscKind
  options: Attribute[1]
  flags: number
}

/** The queueing disciplines of interfaces, in one network namespace: the own one, or the one given. */
export class Qdiscs implements Disposable {
  readonly #socket: NetlinkSocket

  constructor(namespace?: Fd) {
    this.#socket = new NetlinkSocket(NETLINK_ROUTE, namespace)
  }

  /**
   * Gives an interface a qdisc, in place of the one that is there.
   *
   * @throws SyscallError with errno ENOENT when the kernel has none of the kind; PermissionError without CAP_NET_ADMIN
   */
  put(place: QdiscPlace, options: QdiscOptions): void {
    const { kind } = options
    const { config, module } = lackOf(kind)
    const lack = `this kernel has no qdisc ${kind}: it needs ${config}, or as a module: modprobe ${module}`
    const doing = `giving interface ${place.interface} the qdisc ${kind}`
    this.#request(place, { kind, options: encodeQdisc(options), flags: NLM_F_CREATE | NLM_F_REPLACE }, { doing, hints: { ENOENT: lack } })
  }

  /**
   * Has the qdisc that was put there do something else, but for fq_codel's number of flows. What waits in it stays.
   *
   * @throws SyscallError when there is none of this kind; PermissionError without CAP_NET_ADMIN
   */
  change(place: QdiscPlace, options: QdiscOptions): void {
    const { kind } = options
    const doing = `changing the qdisc ${kind} of interface ${place.interface}`
    this.#request(place, { kind, options: encodeChange(options), flags: 0 }, { doing, hints: { ENOENT: `it has no qdisc ${place.major}:` } })
  }

  #request({ interface: index, major, within }: QdiscPlace, { kind, options, flags }: QdiscRequest, { doing, hints }: { doing: string; hints: Record<string, string> }): void {
    const parent = within === undefined ? TC_H_ROOT : qdiscHandle(within) + 1
    this.#socket.request(
      {
        type: RTM_NEWQDISC,
        flags,
        fixed: tcmsg({ index, handle: qdiscHandle(major), parent }),
        attributes: [
          [TCA_KIND, zeroEnded(kind)],
          [TCA_OPTIONS, options],
        ],
      },
      { doing, syscall: 'netlink(RTM_NEWQDISC)', capability, hints: { ENODEV: 'there is no such interface', ...hints } },
    )
  }

  /** Every qdisc that an interface here was given. */
  list(): QdiscFound[] {
    const doing = 'listing the qdiscs of interfaces'
    return this.#socket.dump({ type: RTM_GETQDISC, fixed: tcmsg({ index: 0 }) }, parseQdisc, { doing, syscall: 'netlink(RTM_GETQDISC)', capability })
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

/** What a kernel that does not have a kind needs. */
export const lackOf = (kind: QdiscKind): { config: string; module: string } =>
  kind === 'pfifo' || kind === 'bfifo'
    ? { config: 'CONFIG_NET_SCHED', module: '' }
    : { config: `CONFIG_NET_SCH_${kind.toUpperCase()}`, module: `sch_${kind}` }
