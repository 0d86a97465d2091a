// ABI: union bpf_attr, linux/bpf.h. One table a command that is used here; test/kernel compares them with the kernel's
// own BTF. The structs that the kernel fills stand in info-layouts.ts and link-info-layouts.ts.

export const mapCreate = {
  map_type: [0, 'u32'],
  key_size: [4, 'u32'],
  value_size: [8, 'u32'],
  max_entries: [12, 'u32'],
  map_flags: [16, 'u32'],
  inner_map_fd: [20, 'u32'],
  numa_node: [24, 'u32'],
  map_name: [28, 'name'],
  btf_fd: [48, 'u32'],
  btf_key_type_id: [52, 'u32'],
  btf_value_type_id: [56, 'u32'],
  btf_vmlinux_value_type_id: [60, 'u32'],
  map_extra: [64, 'u64'],
  value_type_btf_obj_fd: [72, 'u32'],
  map_token_fd: [76, 'u32'],
} as const

export const mapElement = {
  map_fd: [0, 'u32'],
  key: [8, 'address'],
  value: [16, 'address'],
  flags: [24, 'u64'],
} as const

/** BPF_MAP_GET_NEXT_KEY */
export const nextKey = {
  map_fd: [0, 'u32'],
  key: [8, 'address'],
  next_key: [16, 'address'],
} as const

export const mapBatch = {
  in_batch: [0, 'address'],
  out_batch: [8, 'address'],
  keys: [16, 'address'],
  values: [24, 'address'],
  count: [32, 'u32'],
  map_fd: [36, 'u32'],
  elem_flags: [40, 'u64'],
} as const

export const progLoad = {
  prog_type: [0, 'u32'],
  insn_cnt: [4, 'u32'],
  insns: [8, 'address'],
  license: [16, 'address'],
  log_level: [24, 'u32'],
  log_size: [28, 'u32'],
  log_buf: [32, 'address'],
  prog_flags: [44, 'u32'],
  prog_name: [48, 'name'],
  expected_attach_type: [68, 'u32'],
  prog_btf_fd: [72, 'u32'],
  func_info_rec_size: [76, 'u32'],
  func_info: [80, 'address'],
  func_info_cnt: [88, 'u32'],
  line_info_rec_size: [92, 'u32'],
  line_info: [96, 'address'],
  line_info_cnt: [104, 'u32'],
  attach_btf_id: [108, 'u32'],
  attach_prog_fd: [112, 'u32'],
  attach_btf_obj_fd: [112, 'u32'],
  fd_array: [120, 'address'],
  prog_token_fd: [144, 'u32'],
} as const

export const testRun = {
  prog_fd: [0, 'u32'],
  retval: [4, 'u32'],
  data_size_in: [8, 'u32'],
  data_size_out: [12, 'u32'],
  data_in: [16, 'address'],
  data_out: [24, 'address'],
  repeat: [32, 'u32'],
  duration: [36, 'u32'],
  ctx_size_in: [40, 'u32'],
  ctx_size_out: [44, 'u32'],
  ctx_in: [48, 'address'],
  ctx_out: [56, 'address'],
  flags: [64, 'u32'],
  cpu: [68, 'u32'],
  batch_size: [72, 'u32'],
} as const

/** BPF_PROG_BIND_MAP */
export const bindMap = {
  prog_fd: [0, 'u32'],
  map_fd: [4, 'u32'],
} as const

export const btfLoad = {
  btf: [0, 'address'],
  btf_log_buf: [8, 'address'],
  btf_size: [16, 'u32'],
  btf_log_size: [20, 'u32'],
  btf_log_level: [24, 'u32'],
  btf_flags: [32, 'u32'],
  btf_token_fd: [36, 'u32'],
} as const

export const object = {
  pathname: [0, 'address'],
  bpf_fd: [8, 'u32'],
} as const

/** `id` is the kernel's start_id, prog_id, map_id, btf_id or link_id, by command. */
export const byId = {
  id: [0, 'u32'],
  next_id: [4, 'u32'],
  open_flags: [8, 'u32'],
} as const

export const info = {
  bpf_fd: [0, 'u32'],
  info_len: [4, 'u32'],
  info: [8, 'address'],
} as const

/** For a struct_ops map its fd stands where the program's does; an interface stands where target_fd does. */
export const linkCreate = {
  prog_fd: [0, 'u32'],
  map_fd: [0, 'u32'],
  target_fd: [4, 'u32'],
  attach_type: [8, 'u32'],
  flags: [12, 'u32'],
} as const

export const linkCreateIter = {
  ...linkCreate,
  iter_info: [16, 'address'],
  iter_info_len: [24, 'u32'],
} as const

export const linkCreatePerfEvent = {
  ...linkCreate,
  'perf_event.bpf_cookie': [16, 'u64'],
} as const

export const linkCreateTracing = {
  ...linkCreate,
  'tracing.target_btf_id': [16, 'u32'],
  'tracing.cookie': [24, 'u64'],
} as const

/** The same for netkit and cgroup. An id stands where the descriptor does. */
export const linkCreateTcx = {
  ...linkCreate,
  'tcx.relative_fd': [16, 'u32'],
  'tcx.expected_revision': [24, 'u64'],
} as const

export const linkCreateKprobeMulti = {
  ...linkCreate,
  'kprobe_multi.flags': [16, 'u32'],
  'kprobe_multi.cnt': [20, 'u32'],
  'kprobe_multi.syms': [24, 'address'],
  'kprobe_multi.addrs': [32, 'address'],
  'kprobe_multi.cookies': [40, 'address'],
} as const

export const linkCreateUprobeMulti = {
  ...linkCreate,
  'uprobe_multi.path': [16, 'address'],
  'uprobe_multi.offsets': [24, 'address'],
  'uprobe_multi.ref_ctr_offsets': [32, 'address'],
  'uprobe_multi.cookies': [40, 'address'],
  'uprobe_multi.cnt': [48, 'u32'],
  'uprobe_multi.flags': [52, 'u32'],
  'uprobe_multi.pid': [56, 'u32'],
} as const

export const linkCreateNetfilter = {
  ...linkCreate,
  'netfilter.pf': [16, 'u32'],
  'netfilter.hooknum': [20, 'u32'],
  'netfilter.priority': [24, 'u32'],
  'netfilter.flags': [28, 'u32'],
} as const

/** BPF_PROG_ATTACH and BPF_PROG_DETACH. An interface stands where target_fd does, an id where relative_fd does. */
export const progAttach = {
  target_fd: [0, 'u32'],
  attach_bpf_fd: [4, 'u32'],
  attach_type: [8, 'u32'],
  attach_flags: [12, 'u32'],
  replace_bpf_fd: [16, 'u32'],
  relative_fd: [20, 'u32'],
  expected_revision: [24, 'u64'],
} as const

/** BPF_PROG_QUERY */
export const progQuery = {
  target_fd: [0, 'u32'],
  attach_type: [4, 'u32'],
  query_flags: [8, 'u32'],
  attach_flags: [12, 'u32'],
  prog_ids: [16, 'address'],
  count: [24, 'u32'],
  link_ids: [40, 'address'],
  revision: [56, 'u64'],
} as const

export const rawTracepointOpen = {
  name: [0, 'address'],
  prog_fd: [8, 'u32'],
  cookie: [16, 'u64'],
} as const

export const iterCreate = {
  link_fd: [0, 'u32'],
  flags: [4, 'u32'],
} as const

export const linkUpdate = {
  link_fd: [0, 'u32'],
  new_prog_fd: [4, 'u32'],
  new_map_fd: [4, 'u32'],
  flags: [8, 'u32'],
  old_prog_fd: [12, 'u32'],
  old_map_fd: [12, 'u32'],
} as const

/** BPF_TOKEN_CREATE */
export const tokenCreate = {
  flags: [0, 'u32'],
  bpffs_fd: [4, 'u32'],
} as const

export const enableStats = {
  type: [0, 'u32'],
} as const
