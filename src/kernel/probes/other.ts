import type { Answer } from '../../loader/index.ts'
import { bpfCall } from '../bpf/command.ts'
import { enableStats, tokenCreate } from '../bpf/layouts.ts'
import { answerOf } from './ask.ts'

/** They are on for as long as it takes to close them. */
export const probeRunStatistics = (): Answer => answerOf(bpfCall('BPF_ENABLE_STATS', enableStats, { type: 0 }).result)

/** Asks for a token of a file system that is none: EBADF, where the call is known. */
export const probeToken = (): Answer =>
  answerOf(bpfCall('BPF_TOKEN_CREATE', tokenCreate, { bpffs_fd: 0xffff_ffff }).result, 'EBADF')
