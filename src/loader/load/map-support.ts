import { SyscallError, UnsupportedKernelError } from '../../errors/index.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import { MAP_TYPE } from '../uapi.ts'
import { isListed } from './listed.ts'

/** The first release with a type of map, of those that a kernel with struct_ops may lack. */
const since: Readonly<Record<number, string>> = {
  [MAP_TYPE.RINGBUF]: '5.8',
  [MAP_TYPE.INODE_STORAGE]: '5.10',
  [MAP_TYPE.TASK_STORAGE]: '5.11',
  [MAP_TYPE.BLOOM_FILTER]: '5.16',
  [MAP_TYPE.USER_RINGBUF]: '6.1',
  [MAP_TYPE.CGRP_STORAGE]: '6.2',
  [MAP_TYPE.ARENA]: '6.9',
  [MAP_TYPE.INSN_ARRAY]: '6.19',
}

/** The option that brings a type of map, as linux/bpf_types.h says. */
const options: Readonly<Record<number, string>> = {
  [MAP_TYPE.PERF_EVENT_ARRAY]: 'CONFIG_PERF_EVENTS',
  [MAP_TYPE.STACK_TRACE]: 'CONFIG_PERF_EVENTS',
  [MAP_TYPE.CGROUP_ARRAY]: 'CONFIG_CGROUPS',
  [MAP_TYPE.CGRP_STORAGE]: 'CONFIG_CGROUPS',
  [MAP_TYPE.CGROUP_STORAGE]: 'CONFIG_CGROUP_BPF',
  [MAP_TYPE.PERCPU_CGROUP_STORAGE]: 'CONFIG_CGROUP_BPF',
  [MAP_TYPE.XSKMAP]: 'CONFIG_XDP_SOCKETS',
  [MAP_TYPE.INODE_STORAGE]: 'CONFIG_BPF_LSM',
}

/**
 * Why a kernel refused a map, where it lacks that type of map: it answers EINVAL then, as for a size that is wrong.
 * What it has stands in its own types and configuration.
 */
export function lackingMapType(kernel: KernelFacts, type: number, error: unknown, hint?: string): UnsupportedKernelError | undefined {
  if (!(error instanceof SyscallError) || error.errno !== 'EINVAL') return undefined
  const name = Object.entries(MAP_TYPE).find(([, number]) => number === type)?.[0]
  const feature = name === undefined ? `maps of type ${type}` : `maps of type BPF_MAP_TYPE_${name}`
  const facts = { feature, cause: error, ...(hint === undefined ? {} : { hint }) }
  if (!isListed(kernel, 'bpf_map_type', type)) {
    const release = since[type]
    return new UnsupportedKernelError({ ...facts, ...(release === undefined ? {} : { since: release }) })
  }
  const config = options[type]
  const isSet = config === undefined || kernel.kernelConfig()?.includes(`\n${config}=y`) !== false
  return isSet ? undefined : new UnsupportedKernelError({ ...facts, config })
}
