import type { AttachWay, SectionKind } from './section-kind.ts'
import { ATTACH_TYPE as A, PROG_TYPE as P } from '../uapi.ts'

/** A section's name and what it stands for; with `more` a target may follow it after a slash. */
type Entry = Omit<SectionKind, 'target'> & { more: boolean }

interface Options {
  attach?: AttachWay
  attachType?: number
  sleepable?: true
  frags?: true
  kernelType?: SectionKind['kernelType']
  openEnded?: true
  attachHint?: string
}

const entry = (name: string, type: number, options: Options = {}): Entry => ({
  name: name.replace(/\+$/, ''),
  more: name.endsWith('+'),
  type,
  attachType: options.attachType ?? 0,
  sleepable: options.sleepable ?? false,
  frags: options.frags ?? false,
  attach: options.attach ?? 'none',
  kernelType: options.kernelType ?? null,
  openEnded: options.openEnded ?? false,
  attachHint: options.attachHint ?? '',
})

/** The same with and without `.s`, which lets a program sleep. */
const alsoSleepable = (name: string, type: number, options: Options = {}): Entry[] => [
  entry(name, type, options),
  entry(name.replace(/\+?$/, '.s$&'), type, { ...options, sleepable: true }),
]

const func = (prefix = '') => ({ prefix, kind: 'func' as const })
const cgroup = (attachType: number): Options => ({ attach: 'cgroup', attachType })
const elsewhere = (attachHint: string, attachType = 0): Options => ({ attach: 'elsewhere', attachHint, attachType })
const tracing = (attachType: number): Options => ({ attach: 'tracing', attachType, kernelType: func() })
const multi = (attach: AttachWay, attachType: number): Options => ({ attach, attachType })

const probes: readonly Entry[] = [
  ...['kprobe+', 'kretprobe+'].map((name) => entry(name, P.KPROBE, { attach: 'kprobe' })),
  ...['ksyscall+', 'kretsyscall+'].map((name) => entry(name, P.KPROBE, { attach: 'ksyscall' })),
  ...['uprobe+', 'uretprobe+'].flatMap((name) => alsoSleepable(name, P.KPROBE, { attach: 'uprobe' })),
  ...alsoSleepable('usdt+', P.KPROBE, { attach: 'usdt' }),
  ...['kprobe.multi+', 'kretprobe.multi+'].map((name) => entry(name, P.KPROBE, multi('kprobe_multi', A.TRACE_KPROBE_MULTI))),
  entry('kprobe.session+', P.KPROBE, multi('kprobe_multi', A.TRACE_KPROBE_SESSION)),
  ...['uprobe.multi+', 'uretprobe.multi+'].flatMap((name) =>
    alsoSleepable(name, P.KPROBE, multi('uprobe_multi', A.TRACE_UPROBE_MULTI)),
  ),
  ...alsoSleepable('uprobe.session+', P.KPROBE, multi('uprobe_multi', A.TRACE_UPROBE_SESSION)),
]

const traces: readonly Entry[] = [
  ...['tracepoint+', 'tp+'].flatMap((name) => alsoSleepable(name, P.TRACEPOINT, { attach: 'tracepoint' })),
  ...['raw_tracepoint+', 'raw_tp+'].flatMap((name) => [
    ...alsoSleepable(name, P.RAW_TRACEPOINT, { attach: 'raw_tracepoint' }),
    entry(name.replace('+', '.w+'), P.RAW_TRACEPOINT_WRITABLE, { attach: 'raw_tracepoint' }),
  ]),
  ...alsoSleepable('tp_btf+', P.TRACING, {
    attach: 'tracing',
    attachType: A.TRACE_RAW_TP,
    kernelType: { prefix: 'btf_trace_', kind: 'typedef' },
  }),
  ...alsoSleepable('fentry+', P.TRACING, tracing(A.TRACE_FENTRY)),
  ...alsoSleepable('fexit+', P.TRACING, tracing(A.TRACE_FEXIT)),
  ...alsoSleepable('fmod_ret+', P.TRACING, tracing(A.MODIFY_RETURN)),
  ...alsoSleepable('fsession+', P.TRACING, tracing(A.TRACE_FSESSION)),
  // Which functions is said when they are attached, not when they are loaded.
  ...alsoSleepable('fentry.multi+', P.TRACING, { attachType: A.TRACE_FENTRY_MULTI }),
  ...alsoSleepable('fexit.multi+', P.TRACING, { attachType: A.TRACE_FEXIT_MULTI }),
  ...alsoSleepable('fsession.multi+', P.TRACING, { attachType: A.TRACE_FSESSION_MULTI }),
  ...alsoSleepable('lsm+', P.LSM, { attach: 'tracing', attachType: A.LSM_MAC, kernelType: func('bpf_lsm_') }),
  entry('lsm_cgroup+', P.LSM, { attach: 'cgroup', attachType: A.LSM_CGROUP, kernelType: func('bpf_lsm_') }),
  ...alsoSleepable('iter+', P.TRACING, { attach: 'iter', attachType: A.TRACE_ITER, kernelType: func('bpf_iter_') }),
  entry('freplace+', P.EXT, { attach: 'freplace' }),
  entry('perf_event', P.PERF_EVENT, { attach: 'perf_event' }),
  entry('syscall', P.SYSCALL, { sleepable: true, ...elsewhere('run it yourself: see testRun of the target') }),
]

const inMap = (attachType: number, map: string) => elsewhere(`put its descriptor into an element of a ${map}`, attachType)
const byRoute = (what: string) => elsewhere(`name its pin in a route: ip route add … encap ${what}`)

const devices: readonly Entry[] = [
  ...[{ suffix: '', frags: {} }, { suffix: '.frags', frags: { frags: true } as const }].flatMap(({ suffix, frags }) => [
    entry(`xdp${suffix}`, P.XDP, { attach: 'xdp', attachType: A.XDP, ...frags }),
    entry(`xdp${suffix}/devmap`, P.XDP, { ...inMap(A.XDP_DEVMAP, 'devmap'), ...frags }),
    entry(`xdp${suffix}/cpumap`, P.XDP, { ...inMap(A.XDP_CPUMAP, 'cpumap'), ...frags }),
  ]),
  ...['tc/ingress', 'tcx/ingress'].map((name) => entry(name, P.SCHED_CLS, { attach: 'tcx', attachType: A.TCX_INGRESS })),
  ...['tc/egress', 'tcx/egress'].map((name) => entry(name, P.SCHED_CLS, { attach: 'tcx', attachType: A.TCX_EGRESS })),
  ...['tc', 'classifier'].map((name) => entry(name, P.SCHED_CLS, { attach: 'tcx', openEnded: true })),
  entry('action', P.SCHED_ACT, elsewhere('name its pin as the action of a filter: tc filter add … action bpf object-pinned PIN')),
  entry('netkit/primary', P.SCHED_CLS, { attach: 'netkit', attachType: A.NETKIT_PRIMARY }),
  entry('netkit/peer', P.SCHED_CLS, { attach: 'netkit', attachType: A.NETKIT_PEER }),
  entry('lwt_in', P.LWT_IN, byRoute('bpf in pinned PIN')),
  entry('lwt_out', P.LWT_OUT, byRoute('bpf out pinned PIN')),
  entry('lwt_xmit', P.LWT_XMIT, byRoute('bpf xmit pinned PIN')),
  entry('lwt_seg6local', P.LWT_SEG6LOCAL, byRoute('seg6local action End.BPF endpoint fd PIN')),
  entry('lirc_mode2', P.LIRC_MODE2, { attach: 'lirc', attachType: A.LIRC_MODE2 }),
]

const sockets: readonly Entry[] = [
  entry('socket', P.SOCKET_FILTER, { attach: 'socket' }),
  entry('sk_reuseport/migrate', P.SK_REUSEPORT, { attach: 'reuseport', attachType: A.SK_REUSEPORT_SELECT_OR_MIGRATE }),
  entry('sk_reuseport', P.SK_REUSEPORT, { attach: 'reuseport', attachType: A.SK_REUSEPORT_SELECT }),
  entry('sk_skb/stream_parser', P.SK_SKB, { attach: 'sockmap', attachType: A.SK_SKB_STREAM_PARSER }),
  entry('sk_skb/stream_verdict', P.SK_SKB, { attach: 'sockmap', attachType: A.SK_SKB_STREAM_VERDICT }),
  entry('sk_skb/verdict', P.SK_SKB, { attach: 'sockmap', attachType: A.SK_SKB_VERDICT }),
  entry('sk_skb', P.SK_SKB, { attach: 'sockmap', openEnded: true }),
  entry('sk_msg', P.SK_MSG, { attach: 'sockmap', attachType: A.SK_MSG_VERDICT }),
  entry('sk_lookup', P.SK_LOOKUP, { attach: 'netns', attachType: A.SK_LOOKUP }),
  entry('flow_dissector', P.FLOW_DISSECTOR, { attach: 'netns', attachType: A.FLOW_DISSECTOR }),
  entry('netfilter', P.NETFILTER, { attach: 'netfilter', attachType: A.NETFILTER }),
  entry('sockops', P.SOCK_OPS, cgroup(A.CGROUP_SOCK_OPS)),
]

const cgroups: readonly Entry[] = [
  entry('cgroup_skb/ingress', P.CGROUP_SKB, cgroup(A.CGROUP_INET_INGRESS)),
  entry('cgroup_skb/egress', P.CGROUP_SKB, cgroup(A.CGROUP_INET_EGRESS)),
  entry('cgroup/skb', P.CGROUP_SKB, { attach: 'cgroup', openEnded: true }),
  entry('cgroup/sock_create', P.CGROUP_SOCK, cgroup(A.CGROUP_INET_SOCK_CREATE)),
  entry('cgroup/sock_release', P.CGROUP_SOCK, cgroup(A.CGROUP_INET_SOCK_RELEASE)),
  entry('cgroup/sock', P.CGROUP_SOCK, cgroup(A.CGROUP_INET_SOCK_CREATE)),
  entry('cgroup/post_bind4', P.CGROUP_SOCK, cgroup(A.CGROUP_INET4_POST_BIND)),
  entry('cgroup/post_bind6', P.CGROUP_SOCK, cgroup(A.CGROUP_INET6_POST_BIND)),
  ...(
    [
      ['bind4', A.CGROUP_INET4_BIND],
      ['bind6', A.CGROUP_INET6_BIND],
      ['connect4', A.CGROUP_INET4_CONNECT],
      ['connect6', A.CGROUP_INET6_CONNECT],
      ['connect_unix', A.CGROUP_UNIX_CONNECT],
      ['sendmsg4', A.CGROUP_UDP4_SENDMSG],
      ['sendmsg6', A.CGROUP_UDP6_SENDMSG],
      ['sendmsg_unix', A.CGROUP_UNIX_SENDMSG],
      ['recvmsg4', A.CGROUP_UDP4_RECVMSG],
      ['recvmsg6', A.CGROUP_UDP6_RECVMSG],
      ['recvmsg_unix', A.CGROUP_UNIX_RECVMSG],
      ['getpeername4', A.CGROUP_INET4_GETPEERNAME],
      ['getpeername6', A.CGROUP_INET6_GETPEERNAME],
      ['getpeername_unix', A.CGROUP_UNIX_GETPEERNAME],
      ['getsockname4', A.CGROUP_INET4_GETSOCKNAME],
      ['getsockname6', A.CGROUP_INET6_GETSOCKNAME],
      ['getsockname_unix', A.CGROUP_UNIX_GETSOCKNAME],
    ] as const
  ).map(([name, attachType]) => entry(`cgroup/${name}`, P.CGROUP_SOCK_ADDR, cgroup(attachType))),
  entry('cgroup/sysctl', P.CGROUP_SYSCTL, cgroup(A.CGROUP_SYSCTL)),
  entry('cgroup/getsockopt', P.CGROUP_SOCKOPT, cgroup(A.CGROUP_GETSOCKOPT)),
  entry('cgroup/setsockopt', P.CGROUP_SOCKOPT, cgroup(A.CGROUP_SETSOCKOPT)),
  entry('cgroup/dev', P.CGROUP_DEVICE, cgroup(A.CGROUP_DEVICE)),
]

/** Every section name that the field knows, by what libbpf documents. No name begins another one's target. */
export const programSections: readonly Entry[] = [
  ...alsoSleepable('struct_ops+', P.STRUCT_OPS, { attach: 'struct_ops' }),
  ...traces,
  ...probes,
  ...devices,
  ...sockets,
  ...cgroups,
]
