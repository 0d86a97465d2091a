import { PROG_TYPE, type TestRun, type TestRunResult } from '../../loader/index.ts'
import { check } from '../errno.ts'
import type { Fd } from '../fd.ts'
import { bpfCall } from './command.ts'
import { objectInfo } from './info.ts'
import { testRun as layout } from './layouts.ts'

// ABI: BPF_F_TEST_*, linux/bpf.h.
const FLAG = { RUN_ON_CPU: 1, XDP_LIVE_FRAMES: 2, SKB_CHECKSUM_COMPLETE: 4 } as const

// ABI: the types whose test_run in net/bpf/test_run.c gives the context back in a buffer of its own. A syscall program's
// comes back where it was given, and others take one without telling what became of it.
const answersContext: ReadonlySet<number> = new Set([
  PROG_TYPE.SOCKET_FILTER,
  PROG_TYPE.SCHED_CLS,
  PROG_TYPE.SCHED_ACT,
  PROG_TYPE.CGROUP_SKB,
  PROG_TYPE.LWT_IN,
  PROG_TYPE.LWT_OUT,
  PROG_TYPE.LWT_XMIT,
  PROG_TYPE.LWT_SEG6LOCAL,
  PROG_TYPE.SK_SKB,
  PROG_TYPE.XDP,
  PROG_TYPE.FLOW_DISSECTOR,
  PROG_TYPE.SK_LOOKUP,
])

/** More than any program makes a packet grow by, and larger than any context. */
const dataRoom = 1 << 16
const contextRoom = 4096

const never = 'the kernel does not run programs of this kind by themselves'
const hints: Readonly<Record<string, string>> = {
  // ABI: ENOTSUPP is the answer about a type of program, EOPNOTSUPP that about a struct.
  ENOTSUPP: never,
  EOPNOTSUPP: never,
  EINVAL:
    'the context, the packet or an option is not what this kind of program takes: only XDP and those that get a socket buffer ' +
    'take packets, of at least an Ethernet header; only XDP runs with live frames, and only raw tracepoints on a given CPU',
  ENXIO: 'there is no such CPU, or it is off',
  ENOSPC: 'the program made the packet larger than 64 KiB more than it was',
  E2BIG: 'the context has more bytes, not zero, than this kernel knows, or a batch of live frames is larger than 256',
  EINTR: 'a signal ended it: ask for fewer repetitions',
}

/** BPF_PROG_TEST_RUN */
export function testRun(program: Fd, run: TestRun): TestRunResult {
  const { data, context: given, repeat = 0, cpu, liveFrames = false, checksumComplete = false, batchSize = 0 } = run
  const { type } = objectInfo(program, { type: [0, 'u32'] })
  const context = given === undefined || given.length === 0 ? undefined : given.slice()
  const dataOut = data === undefined || liveFrames ? undefined : new Uint8Array(data.length + dataRoom)
  const contextOut = context !== undefined && !liveFrames && answersContext.has(type) ? new Uint8Array(contextRoom) : undefined
  const { result, attr } = bpfCall('BPF_PROG_TEST_RUN', layout, {
    prog_fd: program.number,
    repeat,
    flags:
      (cpu === undefined ? 0 : FLAG.RUN_ON_CPU) |
      (liveFrames ? FLAG.XDP_LIVE_FRAMES : 0) |
      (checksumComplete ? FLAG.SKB_CHECKSUM_COMPLETE : 0),
    cpu: cpu ?? 0,
    batch_size: batchSize,
    ...(data === undefined ? {} : { data_in: data, data_size_in: data.length }),
    ...(dataOut === undefined ? {} : { data_out: dataOut, data_size_out: dataOut.length }),
    ...(context === undefined ? {} : { ctx_in: context, ctx_size_in: context.length }),
    ...(contextOut === undefined ? {} : { ctx_out: contextOut, ctx_size_out: contextOut.length }),
  })
  check(result, { doing: `running ${program.what}`, syscall: 'bpf(BPF_PROG_TEST_RUN)', capability: 'CAP_BPF', hints })
  const field = (name: keyof typeof layout) => attr.getUint32(layout[name][0], true)
  return {
    returned: field('retval'),
    durationNs: field('duration'),
    data: dataOut?.slice(0, field('data_size_out')),
    context: contextOut?.slice(0, field('ctx_size_out')) ?? context,
  }
}
