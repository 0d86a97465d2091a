import type { CgroupOrder } from './iterator.ts'

interface OfAnyKind {
  readonly id: number
  /** `enum bpf_link_type`. */
  readonly type: number
  /** 0 of a struct_ops link. */
  readonly programId: number
}

/** What a link is, and what it attaches its program to. Cookies are 0 where none was given or the kernel does not say. */
export type LinkInfo = OfAnyKind & LinkKind

type LinkKind =
  | { readonly kind: 'raw_tracepoint'; readonly name: string; readonly cookie: bigint }
  /** `object` is the id of the BTF, or of the program, that has the function `function`. */
  | {
      readonly kind: 'tracing'
      readonly attachType: number
      readonly object: number
      readonly function: number
      readonly cookie: bigint
    }
  | { readonly kind: 'cgroup'; readonly cgroupId: bigint; readonly attachType: number }
  | { readonly kind: 'iter'; readonly target: string; readonly over: IteratorTarget }
  /** `inode` of the namespace; 0 once it is gone or the link was detached. */
  | { readonly kind: 'netns'; readonly inode: number; readonly attachType: number }
  /** `interface` is 0 once it is gone or the link was detached. */
  | { readonly kind: 'xdp'; readonly interface: number }
  | { readonly kind: 'perf_event'; readonly event: PerfEventInfo }
  | { readonly kind: 'kprobe_multi'; readonly count: number; readonly flags: number; readonly missed: bigint }
  | {
      readonly kind: 'uprobe_multi'
      readonly file: string
      readonly count: number
      readonly flags: number
      readonly pid: number
    }
  /** `mapId` is that of the map that it registers; 0 once it was detached. */
  | { readonly kind: 'struct_ops'; readonly mapId: number }
  | {
      readonly kind: 'netfilter'
      readonly family: number
      readonly hook: number
      readonly priority: number
      readonly flags: number
    }
  | { readonly kind: 'tcx' | 'netkit'; readonly interface: number; readonly attachType: number }
  | { readonly kind: 'sockmap'; readonly mapId: number; readonly attachType: number }
  /** Of a kind that is newer than this. */
  | { readonly kind: 'unknown' }

type IteratorTarget =
  | { readonly of: 'map'; readonly mapId: number }
  | { readonly of: 'cgroup'; readonly cgroupId: bigint; readonly order: CgroupOrder }
  | { readonly of: 'task'; readonly tid: number; readonly pid: number }
  | { readonly of: 'all' }

type PerfEventInfo =
  | { readonly kind: 'uprobe'; readonly onReturn: boolean; readonly file: string; readonly offset: number; readonly cookie: bigint }
  /** The address is 0 for who may not see it. */
  | {
      readonly kind: 'kprobe'
      readonly onReturn: boolean
      readonly function: string
      readonly offset: number
      readonly address: bigint
      readonly missed: bigint
      readonly cookie: bigint
    }
  | { readonly kind: 'tracepoint'; readonly name: string; readonly cookie: bigint }
  | { readonly kind: 'event'; readonly type: number; readonly config: bigint; readonly cookie: bigint }
  /** The kernel says nothing about it, as those before 6.6. */
  | { readonly kind: 'unknown' }
