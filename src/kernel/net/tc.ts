import type { Fd } from '../fd.ts'
import {
  type Attribute,
  attributeText,
  attributeU32,
  damaged,
  eachAttribute,
  littleEndian,
  type NetlinkMessage,
  u32,
  zeroEnded,
} from './netlink.ts'
import { NetlinkSocket } from './netlink-socket.ts'
import { tcmsg, tcmsgSize } from './tcmsg.ts'

// ABI: linux/netlink.h, linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h, linux/if_ether.h.
const NETLINK_ROUTE = 0
const RTM_NEWQDISC = 36
const RTM_DELQDISC = 37
const RTM_NEWTFILTER = 44
const RTM_DELTFILTER = 45
const RTM_GETTFILTER = 46
const NLM_F_REPLACE = 0x100
const NLM_F_CREATE = 0x400
const NLM_F_EXCL = 0x200
const TC_H_CLSACT = 0xffff_fff1
const clsactHandle = 0xffff_0000
const hooks = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const
const TCA_KIND = 1
const TCA_OPTIONS = 2
const TCA_BPF_FD = 6
const TCA_BPF_NAME = 7
const TCA_BPF_FLAGS = 8
const TCA_BPF_ID = 11
/** What the program answers is the verdict, with no action after it. */
const TCA_BPF_FLAG_ACT_DIRECT = 1
const ETH_P_ALL = 3

const capability = 'CAP_NET_ADMIN'

type Direction = keyof typeof hooks
const directions: readonly Direction[] = ['ingress', 'egress']

/** A place for a filter; the kernel chooses a priority or handle that is 0. */
export interface FilterPlace {
  interface: number
  direction: Direction
  /** Lower ones run first, 1 to 65535. */
  priority: number
  /** Its number among those of its priority. */
  handle: number
}

export interface BpfFilter extends FilterPlace {
  programId: number
  name: string
}

/** The clsact qdisc of interfaces and its cls_bpf filters, in one network namespace: the own one, or the one given. */
export class TrafficControl implements Disposable {
  readonly #socket: NetlinkSocket

  constructor(namespace?: Fd) {
    this.#socket = new NetlinkSocket(NETLINK_ROUTE, namespace)
  }

  /** Gives an interface the clsact qdisc; false when it has one. */
  addClsact(index: number): boolean {
    const fixed = tcmsg({ index, handle: clsactHandle, parent: TC_H_CLSACT })
    const attributes: Attribute[] = [[TCA_KIND, zeroEnded('clsact')]]
    return this.#socket.try({ type: RTM_NEWQDISC, flags: NLM_F_CREATE | NLM_F_EXCL, fixed, attributes }, ['EEXIST'], {
      doing: `giving interface ${index} the qdisc clsact`,
      syscall: 'netlink(RTM_NEWQDISC)',
      capability,
      hints: { ENODEV: 'there is no such interface', ENOENT: 'this kernel has no clsact: it needs CONFIG_NET_SCH_INGRESS' },
    })
  }

  /** Takes the clsact qdisc away, and with it every filter. */
  deleteClsact(index: number): void {
    this.#socket.try(
      { type: RTM_DELQDISC, fixed: tcmsg({ index, handle: clsactHandle, parent: TC_H_CLSACT }) },
      gone,
      { doing: `taking the qdisc clsact of interface ${index} away`, syscall: 'netlink(RTM_DELQDISC)', capability },
    )
  }

  /** Adds a filter, or with `replace` puts its program in the place of the one there. Answers where the kernel put it. */
  putFilter(place: FilterPlace, program: { number: number; name: string }, replace: boolean): FilterPlace {
    const attributes: Attribute[] = [
      [TCA_KIND, zeroEnded('bpf')],
      [
        TCA_OPTIONS,
        [
          [TCA_BPF_FD, u32(program.number)],
          [TCA_BPF_NAME, zeroEnded(program.name)],
          [TCA_BPF_FLAGS, u32(TCA_BPF_FLAG_ACT_DIRECT)],
        ],
      ],
    ]
    const flags = NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL)
    const attempt = {
      doing: `adding a filter to interface ${place.interface} (${place.direction})`,
      syscall: 'netlink(RTM_NEWTFILTER)',
      capability,
      hints: {
        EEXIST: 'a filter has this priority and handle already',
        ENODEV: 'there is no such interface',
        ENOENT: 'this kernel has no cls_bpf: it needs CONFIG_NET_CLS_BPF',
      },
    }
    const request = { type: RTM_NEWTFILTER, flags, fixed: tcmsg(whole(place)), attributes }
    const [put] = this.#socket.echo(request, (message) => parseFilter(message, place.direction), attempt)
    return put ?? place
  }

  deleteFilter(place: FilterPlace): void {
    this.#socket.try(
      { type: RTM_DELTFILTER, fixed: tcmsg(whole(place)), attributes: [[TCA_KIND, zeroEnded('bpf')]] },
      gone,
      { doing: `taking a filter of interface ${place.interface} away`, syscall: 'netlink(RTM_DELTFILTER)', capability },
    )
  }

  /** The cls_bpf filters of an interface. */
  filters(index: number, direction: Direction): BpfFilter[] {
    return this.#dump(index, direction, (message) => parseFilter(message, direction))
  }

  /** Whether an interface has filters of any kind. */
  hasFilters(index: number): boolean {
    return directions.some((direction) => this.#dump(index, direction, () => true).length > 0)
  }

  #dump<T>(index: number, direction: Direction, parse: (message: NetlinkMessage) => T | undefined): T[] {
    return this.#socket.dump({ type: RTM_GETTFILTER, fixed: tcmsg({ index, parent: hooks[direction] }) }, parse, {
      doing: `listing the filters of interface ${index}`,
      syscall: 'netlink(RTM_GETTFILTER)',
      capability,
    })
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }
}

/** The interface, its qdisc (EINVAL) or the filter is not there any more. */
const gone = ['ENODEV', 'ENOENT', 'EINVAL']

/** ABI: of a filter, the info is the priority and below it the protocol in network order. */
const whole = ({ interface: index, direction, priority, handle }: FilterPlace) => ({
  index,
  handle,
  parent: hooks[direction],
  info: ((priority << 16) | (littleEndian ? ETH_P_ALL << 8 : ETH_P_ALL)) >>> 0,
})

function parseFilter({ type, view, start, end }: NetlinkMessage, direction: Direction): BpfFilter | undefined {
  if (type !== RTM_NEWTFILTER) return undefined
  if (end - start < tcmsgSize) damaged('RTM_NEWTFILTER', `one of ${end - start} bytes`)
  const found: BpfFilter = {
    interface: view.getInt32(start + 4, littleEndian),
    direction,
    handle: view.getUint32(start + 8, littleEndian),
    priority: view.getUint32(start + 16, littleEndian) >>> 16,
    programId: 0,
    name: '',
  }
  let kind = ''
  eachAttribute(view, start + tcmsgSize, end, (attribute, at, length) => {
    if (attribute === TCA_KIND) kind = attributeText(view, at, length)
    if (attribute !== TCA_OPTIONS) return
    eachAttribute(view, at, at + length, (inner, innerAt, innerLength) => {
      if (inner === TCA_BPF_ID) found.programId = attributeU32(view, innerAt, innerLength)
      else if (inner === TCA_BPF_NAME) found.name = attributeText(view, innerAt, innerLength)
    })
  })
  // Each priority begins with a message about itself, without a filter.
  return kind === 'bpf' && found.handle !== 0 ? found : undefined
}
