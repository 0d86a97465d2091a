import { decodeText } from '../../bytes/index.ts'
import { VerifierError } from '../../errors/index.ts'
import { PROG_TYPE, type ProgramDefinition, summarizeVerifierLog, TOKEN_FD, type VerifierLog } from '../../loader/index.ts'
import { errnoName, systemError } from '../errno.ts'
import { Fd } from '../fd.ts'
import { isPrivileged } from '../facts/privileged.ts'
import type { Values } from './attr.ts'
import { bpfCall } from './command.ts'
import { kernelName } from './kernel-name.ts'
import { progLoad } from './layouts.ts'
import { notDelegated } from './token.ts'

// ABI: linux/errno.h.
const EAGAIN = 11
const ENOSPC = 28

const firstLog = 256 * 1024
/** ABI: the kernel takes at most UINT_MAX >> 2 bytes of log. */
const largestLog = 2 ** 30 - 1
/** The verifier gives up when a signal comes; it is then asked again. */
const tries = 5

/**
 * BPF_PROG_LOAD. Unless its log is wanted, the first try is without, which makes the verifier faster; when it fails, the
 * program is loaded again for its log, with a buffer that grows until the whole log fits.
 */
export function loadProgram(program: ProgramDefinition): Fd {
  const values = attributes(program)
  const what = `program "${program.name}"`
  const { log: wanted } = program
  if (wanted === undefined) {
    const quick = attempt(values)
    if (quick >= 0) return new Fd(quick, what)
  }
  const { result, log } = loadWithLog(values, wanted)
  wanted?.write(log)
  if (result >= 0) return new Fd(result, what)
  if (log !== '') {
    throw new VerifierError({
      program: program.name,
      errno: errnoName(-result),
      log,
      summary: summarizeVerifierLog(log),
    })
  }
  const privileged = isPrivileged()
  throw systemError(-result, {
    doing: `loading ${what}`,
    syscall: 'bpf(BPF_PROG_LOAD)',
    ...(privileged ? {} : { capability: capabilityOf(program.type) }),
    hints: {
      ...(privileged ? { EPERM: 'privileges are not what is missing: this kernel lets nobody load such programs' } : {}),
      ...notDelegated(program.token, 'delegate_cmds, delegate_progs and delegate_attachs'),
      EINVAL: 'the kernel does not know this kind of program or its attach point, or its license is not GPL-compatible',
      E2BIG: 'the program has more instructions than the kernel takes',
    },
  })
}

// ABI: is_perfmon_prog_type and is_net_admin_prog_type, kernel/bpf/syscall.c. CAP_SYS_ADMIN stands for all of them.
const perfmon: ReadonlySet<number> = new Set([
  PROG_TYPE.KPROBE,
  PROG_TYPE.TRACEPOINT,
  PROG_TYPE.PERF_EVENT,
  PROG_TYPE.RAW_TRACEPOINT,
  PROG_TYPE.RAW_TRACEPOINT_WRITABLE,
  PROG_TYPE.TRACING,
  PROG_TYPE.LSM,
  PROG_TYPE.STRUCT_OPS,
])
const neither: ReadonlySet<number> = new Set([
  PROG_TYPE.SOCKET_FILTER,
  PROG_TYPE.CGROUP_SKB,
  PROG_TYPE.SK_REUSEPORT,
  PROG_TYPE.SK_LOOKUP,
  PROG_TYPE.SYSCALL,
])

/** What the kernel asks for to load a program of a type. */
function capabilityOf(type: number): string {
  if (type === PROG_TYPE.EXT) return 'CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN'
  if (perfmon.has(type)) return 'CAP_BPF and CAP_PERFMON'
  return neither.has(type) ? 'CAP_BPF' : 'CAP_BPF and CAP_NET_ADMIN'
}

function attempt(values: Values<typeof progLoad>): number {
  let result = -EAGAIN
  for (let left = tries; left > 0 && result === -EAGAIN; left -= 1) {
    result = bpfCall('BPF_PROG_LOAD', progLoad, values).result
  }
  return result
}

/**
 * Loads with a log: of what is wanted, or of the verdict alone. A log that does not fit into the size that was asked for
 * is no reason to refuse the program, so that it is loaded again without.
 */
function loadWithLog(values: Values<typeof progLoad>, wanted?: VerifierLog): { result: number; log: string } {
  const most = wanted?.size ?? largestLog
  for (let size = Math.min(firstLog, most); ; size = Math.min(size * 8, most)) {
    const buffer = new Uint8Array(size)
    const result = attempt({ ...values, log_level: wanted?.level ?? 1, log_size: size, log_buf: buffer })
    if (result === -ENOSPC && size < most) continue
    const end = buffer.indexOf(0)
    const log = decodeText(buffer.subarray(0, end < 0 ? size : end))
    return { result: result === -ENOSPC && wanted !== undefined ? attempt(values) : result, log }
  }
}

function attributes(program: ProgramDefinition): Values<typeof progLoad> {
  const { attach, debug, instructions, modules } = program
  const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
  return {
    prog_type: program.type,
    insn_cnt: instructions.length / 8,
    insns: instructions,
    license: Buffer.from(`${program.license}\0`),
    prog_flags: program.flags | (program.token === undefined ? 0 : TOKEN_FD),
    prog_token_fd: program.token?.number ?? 0,
    prog_name: kernelName(program.name),
    expected_attach_type: program.expectedAttachType,
    ...(attach === undefined ? {} : { attach_btf_id: attach.type, ...whoseType(attach) }),
    ...(debug === undefined
      ? {}
      : {
          prog_btf_fd: debug.handle.number,
          func_info_rec_size: debug.funcInfoRecordSize,
          func_info: bytesOf(debug.funcInfo),
          func_info_cnt: debug.funcInfo.byteLength / debug.funcInfoRecordSize,
          line_info_rec_size: debug.lineInfoRecordSize,
          line_info: bytesOf(debug.lineInfo),
          line_info_cnt: debug.lineInfo.byteLength / debug.lineInfoRecordSize,
        }),
    ...(modules.length > 1 ? { fd_array: bytesOf(Uint32Array.from(modules, (module) => module?.number ?? 0)) } : {}),
  }
}

const whoseType = (attach: NonNullable<ProgramDefinition['attach']>): Values<typeof progLoad> =>
  'program' in attach ? { attach_prog_fd: attach.program.number } : { attach_btf_obj_fd: attach.module?.number ?? 0 }
