import { optionIn } from './option-in.ts'

/** Since when the kernel has something, and which options bring it. */
export interface Origin {
  /** The first release, such as `5.13`; undefined where this table does not say. */
  since?: string
  /** Options that all have to be set. */
  config?: readonly string[]
}

// Sources: the kernel's Kconfig files and Makefiles, and the release in which a file that registers the struct came:
// net/ipv4/bpf_tcp_ca.c (5.6), net/bpf/bpf_dummy_struct_ops.c (5.16), drivers/hid/bpf (6.11 as struct_ops),
// kernel/sched/ext.c (6.12), net/sched/bpf_qdisc.c (6.16).
const bpf = ['CONFIG_BPF_SYSCALL', 'CONFIG_BPF_JIT', 'CONFIG_DEBUG_INFO_BTF'] as const
const structs: ReadonlyMap<string, Origin> = new Map([
  ['tcp_congestion_ops', { since: '5.6', config: [...bpf, 'CONFIG_INET'] }],
  ['bpf_dummy_ops', { since: '5.16', config: [...bpf, 'CONFIG_NET'] }],
  ['hid_bpf_ops', { since: '6.11', config: [...bpf, 'CONFIG_HID_BPF'] }],
  ['sched_ext_ops', { since: '6.12', config: [...bpf, 'CONFIG_SCHED_CLASS_EXT'] }],
  ['Qdisc_ops', { since: '6.16', config: [...bpf, 'CONFIG_NET_SCH_BPF'] }],
])

// Sources: net/ipv4/bpf_tcp_ca.c and tcp_{cubic,dctcp,bbr}.c, whose functions BPF may call since 5.13; Documentation/bpf/
// kfuncs.rst and the release in which kernel/bpf/helpers.c registers the others.
const functions: readonly (Origin & { name: RegExp })[] = [
  { name: /^(tcp_reno_(ssthresh|cong_avoid|undo_cwnd)|tcp_slow_start|tcp_cong_avoid_ai)$/, since: '5.13', config: ['CONFIG_INET'] },
  { name: /^cubictcp_/, since: '5.13', config: ['CONFIG_TCP_CONG_CUBIC'] },
  { name: /^dctcp_/, since: '5.13', config: ['CONFIG_TCP_CONG_DCTCP'] },
  { name: /^bbr_/, since: '5.13', config: ['CONFIG_TCP_CONG_BBR'] },
  { name: /^bpf_(rcu_read_(un)?lock|cast_to_kern_ctx|rdonly_cast|obj_(new|drop)_impl)$/, since: '6.2' },
  { name: /^bpf_(cpumask_\w+|rbtree_(add_impl|remove|first))$/, since: '6.3' },
  { name: /^bpf_(iter_num_\w+|dynptr_slice\w*)$/, since: '6.4' },
  { name: /^bpf_sock_destroy$/, since: '6.5' },
  { name: /^bpf_(preempt_(dis|en)able|wq_\w+)$/, since: '6.10' },
]

export const originOfStruct = (name: string): Origin => structs.get(name) ?? {}

export function originOfFunction(name: string): Origin {
  const { since, config } = functions.find((candidate) => candidate.name.test(name)) ?? {}
  return { ...(since === undefined ? {} : { since }), ...(config === undefined ? {} : { config }) }
}

/**
 * What the configuration of a kernel says of the options: a sentence about the first that is not built in, or null when
 * all of them are.
 */
export function whatIsOff({ config = [] }: Origin, text: string): string | null {
  const off = config.find((option) => optionIn(text, option) !== 'y')
  if (off === undefined) return null
  return optionIn(text, off) === 'm' ? `${off} is a module there, whose types a kernel image does not have` : `${off} is not set there`
}
