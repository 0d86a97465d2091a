import type { ProbeAttachment } from '../probes/probe-attachment.ts'
import type { Handle } from '../target/handle.ts'
import type { IteratorParameters } from './iterator.ts'
import type { Order } from './order.ts'
import type { PerfEventSpec } from './perf-event.ts'

/** What a program finds again with bpf_get_attach_cookie(), so that one program can tell its links apart. */
interface Cookie {
  cookie?: bigint
}

/**
 * What a program is attached to by a link. Interfaces are indexes in the network namespace of the caller, cgroups and
 * namespaces open files of theirs.
 */
export type Attachment =
  | ({ way: 'raw_tracepoint'; name: string } & Cookie)
  /** tp_btf, fentry, lsm: what it attaches to was said when it was loaded. */
  | ({ way: 'tracing'; attachType: number } & Cookie)
  /** In place of a function of another program: `type` is the function in that program's BTF. The one of loading if left out. */
  | ({ way: 'freplace'; in?: { program: Handle; type: number } } & Cookie)
  /** Bytes are a `union bpf_iter_link_info`. */
  | { way: 'iter'; parameters?: IteratorParameters | Uint8Array }
  | { way: 'xdp'; interface: number; flags: number }
  | { way: 'tcx' | 'netkit'; interface: number; attachType: number; order?: Order }
  | { way: 'cgroup'; file: number; attachType: number; flags: number; order?: Order }
  | { way: 'netns'; file: number; attachType: number; flags: number }
  | { way: 'sockmap'; map: Handle; attachType: number }
  /** `family` is NFPROTO_IPV4 (2) or NFPROTO_IPV6 (10), `hook` one of NF_INET_*; `defragment` has packets put together first. */
  | { way: 'netfilter'; family: number; hook: number; priority: number; defragment?: boolean }
  | ({ way: 'tracepoint'; category: string; name: string } & Cookie)
  /** An open perf event, which the link keeps open for itself, or one that is opened for it. */
  | ({ way: 'perf_event'; event: Handle | PerfEventSpec } & Cookie)
  | ProbeAttachment

/** What a program is attached to in the ways that are older than links, or that never had one. */
export type UnlinkedAttachment =
  /** A cls_bpf filter of the clsact qdisc of an interface. The kernel chooses what is left out. */
  | { way: 'filter'; interface: number; direction: 'ingress' | 'egress'; priority?: number; handle?: number }
  | { way: 'xdp'; interface: number; flags: number }
  /** Of namespaces only the caller's own: the kernel takes no other. */
  | { way: 'cgroup' | 'netns' | 'lirc'; file: number; attachType: number; flags: number; order?: Order }
  | { way: 'tcx' | 'netkit'; interface: number; attachType: number; order?: Order }
  | { way: 'sockmap'; map: Handle; attachType: number }
  /** An open socket; with `reuseport` all that share its port. */
  | { way: 'socket' | 'reuseport'; file: number }

/**
 * A program attached without a link. The kernel keeps it attached for as long as what it is attached to exists, also
 * after this process has ended; disposing of this takes it away.
 */
export interface Unlinked extends Disposable {
  readonly way: UnlinkedAttachment['way']
  /** Of a filter: what the kernel chose for it. */
  readonly filter?: { readonly priority: number; readonly handle: number }
  /** Puts another program in its place at once. */
  replace(program: Handle): void
  /** Leaves the program attached, and forgets it. */
  leave(): void
}
