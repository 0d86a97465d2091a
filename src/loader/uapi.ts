// ABI: numbers of linux/bpf.h that the loader itself needs.

/** enum bpf_map_type */
export const MAP_TYPE = {
  UNSPEC: 0,
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  CGROUP_ARRAY: 8,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  ARRAY_OF_MAPS: 12,
  HASH_OF_MAPS: 13,
  DEVMAP: 14,
  SOCKMAP: 15,
  CPUMAP: 16,
  XSKMAP: 17,
  SOCKHASH: 18,
  CGROUP_STORAGE: 19,
  REUSEPORT_SOCKARRAY: 20,
  PERCPU_CGROUP_STORAGE: 21,
  QUEUE: 22,
  STACK: 23,
  SK_STORAGE: 24,
  DEVMAP_HASH: 25,
  STRUCT_OPS: 26,
  RINGBUF: 27,
  INODE_STORAGE: 28,
  TASK_STORAGE: 29,
  BLOOM_FILTER: 30,
  USER_RINGBUF: 31,
  CGRP_STORAGE: 32,
  ARENA: 33,
} as const

/** Flags of BPF_MAP_CREATE. */
export const MAP_FLAG = {
  NO_PREALLOC: 1,
  RDONLY_PROG: 1 << 7,
  MMAPABLE: 1 << 10,
  LINK: 1 << 13,
  VTYPE_BTF_OBJ_FD: 1 << 15,
} as const

/** enum bpf_link_type */
export const LINK_TYPE = { STRUCT_OPS: 9 } as const

/** enum bpf_prog_type */
export const PROG_TYPE = {
  UNSPEC: 0,
  SOCKET_FILTER: 1,
  KPROBE: 2,
  SCHED_CLS: 3,
  TRACEPOINT: 5,
  XDP: 6,
  RAW_TRACEPOINT: 17,
  TRACING: 26,
  STRUCT_OPS: 27,
  SYSCALL: 31,
} as const

/** Flags of BPF_PROG_LOAD. */
export const PROG_FLAG = { SLEEPABLE: 1 << 4 } as const

/** The kernel keeps this many bytes of an object's name, with the zero at the end. */
export const objectNameSize = 16
