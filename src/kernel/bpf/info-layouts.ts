// ABI: the structs of linux/bpf.h that BPF_OBJ_GET_INFO_BY_FD fills, as far as they are used here; test/kernel compares
// them with the kernel's own BTF.

/** struct bpf_map_info */
export const mapInfo = {
  type: [0, 'u32'],
  id: [4, 'u32'],
  key_size: [8, 'u32'],
  value_size: [12, 'u32'],
  max_entries: [16, 'u32'],
  map_flags: [20, 'u32'],
  name: [24, 'name'],
  btf_vmlinux_value_type_id: [44, 'u32'],
  btf_id: [64, 'u32'],
  btf_key_type_id: [68, 'u32'],
  btf_value_type_id: [72, 'u32'],
  btf_vmlinux_id: [76, 'u32'],
  map_extra: [80, 'u64'],
} as const

/** struct bpf_prog_info */
export const programInfo = {
  type: [0, 'u32'],
  id: [4, 'u32'],
  // Eight bytes; as a number, the first is the lowest.
  tag: [8, 'u64'],
  jited_prog_len: [16, 'u32'],
  xlated_prog_len: [20, 'u32'],
  load_time: [40, 'u64'],
  created_by_uid: [48, 'u32'],
  nr_map_ids: [52, 'u32'],
  map_ids: [56, 'address'],
  name: [64, 'name'],
  btf_id: [128, 'u32'],
  func_info_rec_size: [132, 'u32'],
  func_info: [136, 'address'],
  nr_func_info: [144, 'u32'],
  run_time_ns: [192, 'u64'],
  run_cnt: [200, 'u64'],
  recursion_misses: [208, 'u64'],
  verified_insns: [216, 'u32'],
} as const

/** struct bpf_link_info: what links of all kinds have. */
export const linkInfo = {
  type: [0, 'u32'],
  id: [4, 'u32'],
  prog_id: [8, 'u32'],
} as const

/** struct bpf_btf_info */
export const btfInfo = {
  btf: [0, 'address'],
  btf_size: [8, 'u32'],
  id: [12, 'u32'],
  name: [16, 'address'],
  name_len: [24, 'u32'],
  kernel_btf: [28, 'u32'],
} as const
