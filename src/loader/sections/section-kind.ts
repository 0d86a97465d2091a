/** What a program section's name says. */
export interface SectionKind {
  /** `enum bpf_prog_type`. */
  type: number
  /** `enum bpf_attach_type`; 0 where the kernel does not ask. */
  attachType: number
  /** It may sleep. */
  sleepable: boolean
  /** It takes packets in several buffers. */
  frags: boolean
  /** How a link of it is made, where that is known from the section. */
  attach: AttachWay
  /** Whoever attaches it has to say where in more detail: the section stands for several attach types. */
  openEnded: boolean
  /** Of a program that nothing attaches by itself: how it comes to run. Empty for others. */
  attachHint: string
  /** The kernel's type that it is checked against when it is loaded: a prefix for the target's name. */
  kernelType: { prefix: string; kind: 'func' | 'typedef' } | null
  /** The section's name up to its target: `raw_tp`, `cgroup/connect4`. */
  name: string
  /** What follows: a tracepoint, a function, an iterator; for struct_ops a member's name (only a hint). */
  target: string
}

/** The ways that a program comes to run. */
export type AttachWay =
  | 'none'
  | 'struct_ops'
  | 'raw_tracepoint'
  | 'tracepoint'
  | 'tracing'
  | 'iter'
  | 'xdp'
  | 'tcx'
  | 'netkit'
  | 'cgroup'
  | 'netns'
  | 'netfilter'
  | 'sockmap'
  | 'socket'
  | 'reuseport'
  | 'lirc'
  | 'kprobe'
  | 'uprobe'
  | 'ksyscall'
  | 'usdt'
  | 'kprobe_multi'
  | 'uprobe_multi'
  | 'perf_event'
  | 'freplace'
  /** Something else refers to the program: a route, an element of a map, a filter. */
  | 'elsewhere'
