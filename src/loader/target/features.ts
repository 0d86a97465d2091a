/**
 * What a kernel may be too old for, and the release that brought it. Distributions carry single features back, so it is
 * the kernel that is asked, not its version.
 */
export const features = {
  btf_func: { what: 'functions in BTF', since: '5.0' },
  btf_func_linkage: { what: 'global functions in BTF', since: '5.6' },
  btf_datasec: { what: 'variables and their sections in BTF', since: '5.2' },
  btf_question: { what: '"?" in names of sections in BTF', since: '6.9' },
  btf_float: { what: 'floating-point types in BTF', since: '5.13' },
  btf_decl_tag: { what: 'tags of declarations in BTF', since: '5.16' },
  btf_type_tag: { what: 'tags of types in BTF', since: '5.17' },
  btf_enum64: { what: 'enums of 64 bits in BTF', since: '6.0' },
  map_name: { what: 'names of maps', since: '4.15' },
  program_name: { what: 'names of programs', since: '4.15' },
  mmapable_array: { what: 'arrays that are mapped into memory', since: '5.5' },
  global_data: { what: 'global variables', since: '5.2' },
  batch: { what: 'calls for many elements of a map', since: '5.6' },
  ring_buffer: { what: 'ring buffers', since: '5.8' },
  run_statistics: { what: 'run statistics while they are watched', since: '5.8' },
  memcg_accounting: { what: 'memory of BPF that the control group counts', since: '5.11' },
  bpf_cookie: { what: 'cookies of attached programs', since: '5.15' },
  uprobe_multi: { what: 'uprobes at many places by one link', since: '6.6' },
  struct_ops_link: { what: 'registration of struct_ops by links', since: '6.4' },
  struct_ops_update: { what: 'replacement of a struct_ops map under its link', since: '6.4' },
  struct_ops_detach: { what: 'detachment of struct_ops links', since: '6.10' },
  struct_ops_sleepable: { what: 'struct_ops programs that sleep', since: '6.3' },
  tcx_link: { what: 'links of programs to an interface (tcx)', since: '6.6' },
  xdp_link: { what: 'links of XDP programs', since: '5.9' },
  cgroup_link: { what: 'links of programs to a cgroup', since: '5.7' },
  sockmap_link: { what: 'links of programs to a sockmap', since: '6.10' },
  arena: { what: 'arenas: memory that programs and processes share', since: '6.9' },
  arena_far_globals: { what: 'global variables beyond the first half gigabyte of an arena', since: '7.0' },
  token: { what: 'BPF tokens', since: '6.9' },
} as const satisfies Record<string, { what: string; since: string }>

export type Feature = keyof typeof features

/** `unknown` when the kernel could not be asked, as without a privilege: another time it may answer. */
export type Answer = 'yes' | 'no' | 'unknown'
