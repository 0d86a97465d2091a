import type { Fd } from '../../fd.ts'
import { zeroEnded } from '../netlink.ts'
import { NetlinkSocket } from '../netlink-socket.ts'
import { tcmsg } from '../tcmsg.ts'
import { encodeQdisc, type QdiscKind, type QdiscOptions } from './options.ts'
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

/** The queueing disciplines of interfaces, in one network namespace: the own one, or the one given. */
export class Qdiscs implements Disposable {
  readonly #socket: NetlinkSocket

  constructor(namespace?: Fd) {
    this.#socket = new NetlinkSocket(NETLINK_ROUTE, namespace)
  }

  /**
   * Gives an interface a qdisc, or changes the one of this kind that is there. What waits in it stays.
   *
   * @throws SyscallError with errno ENOENT when the kernel has none of the kind; PermissionError without CAP_NET_ADMIN
   */
  put({ interface: index, major, within }: QdiscPlace, options: QdiscOptions): void {
    const { kind } = options
    const { config, module } = lackOf(kind)
    const parent = within === undefined ? TC_H_ROOT : qdiscHandle(within) + 1
    const fixed = tcmsg({ index, handle: qdiscHandle(major), parent })
    this.#socket.request(
      {
        type: RTM_NEWQDISC,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        fixed,
        attributes: [
          [TCA_KIND, zeroEnded(kind)],
          [TCA_OPTIONS, encodeQdisc(options)],
        ],
      },
      {
        doing: `giving interface ${index} the qdisc ${kind}`,
        syscall: 'netlink(RTM_NEWQDISC)',
        capability,
        hints: { ENODEV: 'there is no such interface', ENOENT: `this kernel has no qdisc ${kind}: it needs ${config}, or as a module: modprobe ${module}` },
      },
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
