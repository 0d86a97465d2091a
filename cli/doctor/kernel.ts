import { readFileSync } from 'node:fs'
import type { Btf } from '../../src/btf/index.ts'
import { findKernelStruct } from '../../src/btf-match/index.ts'
import type { LinuxTarget } from '../../src/kernel/index.ts'
import { type Finding, no, tried, unknown, yes } from './finding.ts'

export const kernelTypes = (target: LinuxTarget): Finding =>
  tried('kernel types (BTF)', true, () =>
    yes('kernel types (BTF)', `${target.kernelBtf().endId - 1} types of ${target.name}`, true),
  )

export const structOps = (target: LinuxTarget): Finding =>
  tried('struct_ops for TCP congestion control', true, () => {
    const kernel = findKernelStruct([target.kernelBtf()], 'tcp_congestion_ops')
    return yes(
      'struct_ops for TCP congestion control',
      `struct bpf_struct_ops_${kernel.name}, ${kernel.valueSize} bytes`,
      true,
    )
  })

/** The kernel's own types tell what it knows. */
function hasMember(btf: Btf, struct: string, member: string): boolean {
  const id = btf.find(struct, 'struct')
  const type = id === undefined ? undefined : btf.type(id)
  return type?.kind === 'struct' && type.members.some(({ name }) => name === member)
}

export const links = (target: LinuxTarget): Finding =>
  tried('registration by links', false, () =>
    hasMember(target.kernelBtf(), 'bpf_struct_ops', 'update')
      ? yes('registration by links', 'link create and update')
      : no(
          'registration by links',
          'struct bpf_struct_ops has no update',
          'needs Linux 6.4; .struct_ops works without',
        ),
  )

export function compiler(target: LinuxTarget): Finding {
  const what = 'JIT'
  const config = target.kernelConfig()
  if (config !== undefined && /^CONFIG_BPF_JIT_ALWAYS_ON=y$/m.test(config)) return yes(what, 'always on', true)
  try {
    const setting = readFileSync('/proc/sys/net/core/bpf_jit_enable', 'utf8').trim()
    return setting === '0'
      ? no(
          what,
          'bpf_jit_enable is 0',
          'sysctl net.core.bpf_jit_enable=1: struct_ops programs do not run without',
          true,
        )
      : yes(what, `bpf_jit_enable is ${setting}`, true)
  } catch {
    return unknown(what, 'bpf_jit_enable cannot be read', 'look at it as root')
  }
}

export const kfuncs = (target: LinuxTarget): Finding =>
  tried('kernel functions for algorithms', false, () => {
    const names = [
      'tcp_reno_cong_avoid',
      'tcp_slow_start',
      'tcp_cong_avoid_ai',
      'cubictcp_cong_avoid',
      'bbr_main',
      'dctcp_ssthresh',
    ]
    const found = names.filter((name) => target.kernelBtf().find(name, 'func') !== undefined)
    const what = 'kernel functions for algorithms'
    return found.length === 0 ? no(what, 'none', 'needs Linux 5.13') : yes(what, found.join(', '))
  })

export const configuration = (target: LinuxTarget): Finding =>
  target.kernelConfig() === undefined
    ? unknown(
        'kernel configuration',
        'not in /proc or /boot',
        'objects that ask for CONFIG_ values need CONFIG_IKCONFIG_PROC',
      )
    : yes('kernel configuration', /^CONFIG_HZ=\d+$/m.exec(target.kernelConfig() ?? '')?.[0] ?? 'readable')
