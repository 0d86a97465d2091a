import type { ProbeOptions } from '../probes/options.ts'
import type { Handle } from '../target/handle.ts'
import type { IteratorParameters } from './iterator.ts'
import type { Order } from './order.ts'
import type { PerfEventSpec } from './perf-event.ts'
import type { ProgramFunction } from './program-function.ts'

/** Where a program goes that its section does not say. */
export interface AttachOptions {
  /** The index of an interface. */
  interface?: number
  /** Of a program of `SEC("tc")` or `SEC("cgroup/skb")`, whose section does not say it. */
  direction?: 'ingress' | 'egress'
  /** An open directory of a cgroup v2, an open network namespace, a socket or a lirc device. */
  file?: number
  /** A sockmap or sockhash. */
  map?: Handle
  /** `enum bpf_attach_type`, where the section leaves it open: `SEC("sk_skb")`. */
  attachType?: number
  /** As the kernel takes them for this way of attaching. */
  flags?: number
  order?: Order
  /** Of an iterator. Bytes are a `union bpf_iter_link_info`. */
  parameters?: IteratorParameters | Uint8Array
  netfilter?: { family: number; hook: number; priority: number; defragment?: boolean }
  /** Of uprobes and USDT: one process, 0 for this one. */
  pid?: number
  /** Where a probe goes that its section does not say. */
  probe?: ProbeOptions
  /** An open perf event, or one to open. */
  event?: Handle | PerfEventSpec
  /** What the program finds with bpf_get_attach_cookie(), and one for USDT with bpf_usdt_cookie(). */
  cookie?: bigint
  /** Of a freplace program: another function than the one that it was loaded for, of the same prototype. */
  replaces?: ProgramFunction
  /** Of a filter of the clsact qdisc. The kernel chooses what is left out. */
  filter?: { priority?: number; handle?: number }
}

/**
 * Whether a program may be attached without a link: where the kernel has none for it, or always. It then stays when the
 * process ends without taking it away, which is why it has to be asked for.
 */
export interface WithoutLink {
  withoutLink: 'allowed' | 'always'
}
