import { MAP_TYPE } from '../uapi.ts'

/** One value for each possible CPU. */
export const perCpuTypes: ReadonlySet<number> = new Set([
  MAP_TYPE.PERCPU_HASH,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.LRU_PERCPU_HASH,
  MAP_TYPE.PERCPU_CGROUP_STORAGE,
])

/** Keys are indexes, whatever type the object gives them. */
export const indexedTypes: ReadonlySet<number> = new Set([
  MAP_TYPE.ARRAY,
  MAP_TYPE.PERCPU_ARRAY,
  MAP_TYPE.PROG_ARRAY,
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.STACK_TRACE,
  MAP_TYPE.CGROUP_ARRAY,
  MAP_TYPE.ARRAY_OF_MAPS,
  MAP_TYPE.DEVMAP,
  MAP_TYPE.CPUMAP,
  MAP_TYPE.XSKMAP,
  MAP_TYPE.SOCKMAP,
  MAP_TYPE.REUSEPORT_SOCKARRAY,
])

/** Values are written as descriptors and read, where they can be, as ids. */
export const descriptorTypes: ReadonlySet<number> = new Set([
  MAP_TYPE.PROG_ARRAY,
  MAP_TYPE.PERF_EVENT_ARRAY,
  MAP_TYPE.CGROUP_ARRAY,
  MAP_TYPE.ARRAY_OF_MAPS,
  MAP_TYPE.HASH_OF_MAPS,
  MAP_TYPE.XSKMAP,
  MAP_TYPE.SOCKMAP,
  MAP_TYPE.SOCKHASH,
  MAP_TYPE.REUSEPORT_SOCKARRAY,
])

/** Keys are descriptors: of a socket, a file, a process (by pidfd), a directory of cgroups. */
export const storageTypes: ReadonlySet<number> = new Set([
  MAP_TYPE.SK_STORAGE,
  MAP_TYPE.INODE_STORAGE,
  MAP_TYPE.TASK_STORAGE,
  MAP_TYPE.CGRP_STORAGE,
])
