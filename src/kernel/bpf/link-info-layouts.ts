// ABI: the union of struct bpf_link_info, linux/bpf.h, one table a kind of link; test/kernel compares them with the
// kernel's own BTF. Texts are written where the kernel is told to, as many bytes as their length says.

export const raw_tracepoint = {
  tp_name: [16, 'address'],
  tp_name_len: [24, 'u32'],
  cookie: [32, 'u64'],
} as const

export const tracing = {
  attach_type: [16, 'u32'],
  target_obj_id: [20, 'u32'],
  target_btf_id: [24, 'u32'],
  cookie: [32, 'u64'],
} as const

export const cgroup = {
  cgroup_id: [16, 'u64'],
  attach_type: [24, 'u32'],
} as const

export const iter = {
  target_name: [16, 'address'],
  target_name_len: [24, 'u32'],
  'map.map_id': [28, 'u32'],
  'cgroup.cgroup_id': [32, 'u64'],
  'cgroup.order': [40, 'u32'],
  'task.tid': [32, 'u32'],
  'task.pid': [36, 'u32'],
} as const

export const netns = {
  netns_ino: [16, 'u32'],
  attach_type: [20, 'u32'],
} as const

export const xdp = {
  ifindex: [16, 'u32'],
} as const

export const struct_ops = {
  map_id: [16, 'u32'],
} as const

export const netfilter = {
  pf: [16, 'u32'],
  hooknum: [20, 'u32'],
  priority: [24, 'u32'],
  flags: [28, 'u32'],
} as const

export const kprobe_multi = {
  count: [24, 'u32'],
  flags: [28, 'u32'],
  missed: [32, 'u64'],
} as const

export const uprobe_multi = {
  path: [16, 'address'],
  path_size: [48, 'u32'],
  count: [52, 'u32'],
  flags: [56, 'u32'],
  pid: [60, 'u32'],
} as const

/** `type` says which of the others is meant. */
export const perf_event = {
  type: [16, 'u32'],
  'uprobe.file_name': [24, 'address'],
  'uprobe.name_len': [32, 'u32'],
  'uprobe.offset': [36, 'u32'],
  'uprobe.cookie': [40, 'u64'],
  'kprobe.func_name': [24, 'address'],
  'kprobe.name_len': [32, 'u32'],
  'kprobe.offset': [36, 'u32'],
  'kprobe.addr': [40, 'u64'],
  'kprobe.missed': [48, 'u64'],
  'kprobe.cookie': [56, 'u64'],
  'tracepoint.tp_name': [24, 'address'],
  'tracepoint.name_len': [32, 'u32'],
  'tracepoint.cookie': [40, 'u64'],
  'event.config': [24, 'u64'],
  'event.type': [32, 'u32'],
  'event.cookie': [40, 'u64'],
} as const

/** The same for netkit. */
export const tcx = {
  ifindex: [16, 'u32'],
  attach_type: [20, 'u32'],
} as const

export const sockmap = {
  map_id: [16, 'u32'],
  attach_type: [20, 'u32'],
} as const
