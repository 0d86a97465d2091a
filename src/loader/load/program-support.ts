import { SyscallError, UnsupportedKernelError } from '../../errors/index.ts'
import type { ProgramDefinition } from '../target/definitions.ts'
import type { KernelFacts } from '../target/kernel-facts.ts'
import { ATTACH_TYPE, PROG_TYPE } from '../uapi.ts'
import { isListed } from './listed.ts'

/** The first release with a type of program, of those that a kernel with struct_ops may lack. */
const since: Readonly<Record<number, string>> = {
  [PROG_TYPE.LSM]: '5.7',
  [PROG_TYPE.SK_LOOKUP]: '5.9',
  [PROG_TYPE.SYSCALL]: '5.14',
  [PROG_TYPE.NETFILTER]: '6.4',
}

/** The same of what programs are loaded to be attached to. */
const attachedSince: Readonly<Record<number, string>> = {
  [ATTACH_TYPE.TRACE_KPROBE_MULTI]: '5.18',
  [ATTACH_TYPE.LSM_CGROUP]: '6.0',
  [ATTACH_TYPE.TRACE_UPROBE_MULTI]: '6.6',
  [ATTACH_TYPE.TRACE_KPROBE_SESSION]: '6.10',
  [ATTACH_TYPE.TRACE_UPROBE_SESSION]: '6.13',
}

/**
 * Why a kernel refused a program before it looked at its instructions, where it lacks that type of program, or that way
 * to attach one: it answers EINVAL then, as for much else. What it has stands in its own types.
 */
export function lackingProgramType(
  kernel: KernelFacts,
  { type, expectedAttachType }: Pick<ProgramDefinition, 'type' | 'expectedAttachType'>,
  error: unknown,
): UnsupportedKernelError | undefined {
  if (!(error instanceof SyscallError) || error.errno !== 'EINVAL') return undefined
  if (!isListed(kernel, 'bpf_prog_type', type)) {
    return lacking(`programs of type ${nameOf(PROG_TYPE, 'BPF_PROG_TYPE_', type)}`, since[type], error)
  }
  // Of struct_ops it is the index of a member.
  if (type === PROG_TYPE.STRUCT_OPS || isListed(kernel, 'bpf_attach_type', expectedAttachType)) return undefined
  const attachType = nameOf(ATTACH_TYPE, 'BPF_', expectedAttachType)
  return lacking(`programs that are attached by ${attachType}`, attachedSince[expectedAttachType], error)
}

const lacking = (feature: string, release: string | undefined, cause: SyscallError): UnsupportedKernelError =>
  new UnsupportedKernelError({ feature, cause, ...(release === undefined ? {} : { since: release }) })

function nameOf(table: Readonly<Record<string, number>>, prefix: string, number: number): string {
  const name = Object.entries(table).find(([, other]) => other === number)?.[0]
  return name === undefined ? String(number) : prefix + name
}
