import { existsSync } from 'node:fs'
import { type Btf, BtfSubset } from '../../src/btf/index.ts'
import { thisKernelsBtf } from '../support/this-kernel.ts'
import { type Part, part } from './corpus.ts'
import { fieldsOfBtf } from './fields.ts'

export const hasKernel = existsSync('/sys/kernel/btf/vmlinux')

let small: Part | undefined

/** Of the running kernel's types those that an algorithm for congestion control needs: quick to read, and to damage. */
export function smallKernel(): Part {
  small ??= part(chosen(thisKernelsBtf()), fieldsOfBtf)
  return small
}

function chosen(btf: Btf): Uint8Array {
  const subset = new BtfSubset(btf)
  const whole = (name: string) => {
    const type = btf.type(btf.find(name, 'struct') ?? 0)
    if (type.kind !== 'struct') return
    for (const [index, member] of type.members.entries()) {
      subset.keepMember(type.id, index)
      const target = btf.resolved(member.type)
      // What is behind a pointer is not kept by itself, but a struct of functions is nothing without their types.
      if (target.kind === 'ptr' && btf.kind(target.type) === 'func_proto') subset.keep(target.type)
    }
  }
  for (const name of ['bpf_struct_ops_tcp_congestion_ops', 'tcp_congestion_ops', 'bpf_struct_ops_common']) whole(name)
  for (const name of ['sock', 'tcp_sock', 'inet_connection_sock', 'inet_sock']) whole(name)
  for (const name of ['tcp_slow_start', 'tcp_cong_avoid_ai', 'tcp_reno_cong_avoid', 'tcp_reno_undo_cwnd', 'tcp_reno_ssthresh']) {
    const id = btf.find(name, 'func')
    if (id !== undefined) subset.keep(id)
  }
  return subset.encode()
}
