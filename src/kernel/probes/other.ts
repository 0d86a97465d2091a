import { CcdkError } from '../../errors/index.ts'
import type { Answer } from '../../loader/index.ts'
import { bpfCall } from '../bpf/command.ts'
import { enableStats, tokenCreate } from '../bpf/layouts.ts'
import { runningKernelBtf } from '../facts/kernel-facts.ts'
import { answerOf } from './ask.ts'

/** They are on for as long as it takes to close them. */
export const probeRunStatistics = (): Answer => answerOf(bpfCall('BPF_ENABLE_STATS', enableStats, { type: 0 }).result)

/** Asks for a token of a file system that is none: EBADF, where the call is known. */
export const probeToken = (): Answer =>
  answerOf(bpfCall('BPF_TOKEN_CREATE', tokenCreate, { bpffs_fd: 0xffff_ffff }).result, 'EBADF')

/** The kinds of link are an enum in the kernel's own types: making one would take a program and a place of each kind. */
export function probeLinkType(name: string): Answer {
  try {
    const btf = runningKernelBtf()
    const id = btf.find('bpf_link_type', 'enum')
    const type = id === undefined ? undefined : btf.type(id)
    // Kernels before 5.7 have no links of programs, nor the enum.
    return type?.kind === 'enum' && type.values.some((value) => value.name === `BPF_LINK_TYPE_${name}`) ? 'yes' : 'no'
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return 'unknown'
  }
}
