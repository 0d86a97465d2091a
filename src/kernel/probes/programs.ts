import { type Answer, ATTACH_TYPE, PROG_TYPE } from '../../loader/index.ts'
import type { Values } from '../bpf/attr.ts'
import { bpfCall } from '../bpf/command.ts'
import { linkCreate, linkCreateUprobeMulti, progLoad } from '../bpf/layouts.ts'
import { Fd } from '../fd.ts'
import { answerOf } from './ask.ts'
import { sampleMap } from './maps.ts'

// ABI: struct bpf_insn, linux/bpf.h, as eight bytes: code, registers, offset, and a number.
const insn = (code: number, registers: number, imm: number): number[] => {
  const bytes = new Uint8Array(8)
  bytes.set([code, registers])
  new DataView(bytes.buffer).setInt32(4, imm, true)
  return [...bytes]
}
const call = (helper: number): number[] => insn(0x85, 0, helper)
/** `r0 = 0; exit` */
const returnZero = [...insn(0xb7, 0, 0), ...insn(0x95, 0, 0)]

// ABI: enum bpf_func_id, linux/bpf.h.
const HELPER = { KTIME_GET_COARSE_NS: 160, GET_ATTACH_COOKIE: 174 } as const
// ABI: BPF_PSEUDO_MAP_VALUE as the source of `r1 = value of a map`, a wide load.
const loadValue = (map: number, offset = 0): number[] => [...insn(0x18, 0x21, map), ...insn(0, 0, offset)]

/** Loads a small program. The descriptor, or a negative errno. */
export function loadProbe(type: number, instructions: readonly number[], more: Values<typeof progLoad> = {}): number {
  const insns = Uint8Array.from(instructions)
  const values = { prog_type: type, insns, insn_cnt: insns.length / 8, license: Buffer.from('GPL\0'), ...more }
  return bpfCall('BPF_PROG_LOAD', progLoad, values).result
}

/** What no kernel refuses that lets this process load programs at all. */
const loadsAtAll = (): boolean => answerOf(loadProbe(PROG_TYPE.SOCKET_FILTER, returnZero)) === 'yes'

const onlyIfAny = (answer: Answer): Answer => (answer === 'no' && !loadsAtAll() ? 'unknown' : answer)

export const probeProgramName = (): Answer =>
  onlyIfAny(answerOf(loadProbe(PROG_TYPE.SOCKET_FILTER, returnZero, { prog_name: 'ccdk_probe' })))

/** The helper came in the same release, and there is no other way to see it. */
export const probeMemcgAccounting = (): Answer =>
  onlyIfAny(answerOf(loadProbe(PROG_TYPE.SOCKET_FILTER, [...call(HELPER.KTIME_GET_COARSE_NS), ...returnZero])))

export const probeCookie = (): Answer =>
  onlyIfAny(answerOf(loadProbe(PROG_TYPE.TRACEPOINT, [...call(HELPER.GET_ATTACH_COOKIE), ...returnZero])))

export function probeGlobalData(): Answer {
  const result = sampleMap()
  if (result < 0) return 'unknown'
  using map = new Fd(result, 'map for a probe')
  return onlyIfAny(answerOf(loadProbe(PROG_TYPE.SOCKET_FILTER, [...loadValue(map.number), ...returnZero])))
}

/**
 * Points a gigabyte into the value of an array, which is refused by all: by older kernels because of the distance, by
 * others because that array has no such place. Only the words tell them apart.
 */
export function probeArenaFarGlobals(): Answer {
  const result = sampleMap()
  if (result < 0) return 'unknown'
  using map = new Fd(result, 'map for a probe')
  const log = new Uint8Array(4096)
  const logging = { log_level: 1, log_size: log.length, log_buf: log }
  const answer = answerOf(loadProbe(PROG_TYPE.SOCKET_FILTER, [...loadValue(map.number, 2 ** 30), ...returnZero], logging))
  const text = Buffer.from(log).toString('latin1')
  if (text.includes('direct value offset of')) return 'no'
  return text.includes('invalid access to map value pointer') ? 'yes' : onlyIfAny(answer)
}

/** Attaches to an interface that does not exist, which a kernel finds out only if it knows this way to attach. */
export function probeTcxLink(): Answer {
  const result = loadProbe(PROG_TYPE.SCHED_CLS, returnZero)
  if (result < 0) return 'unknown'
  using program = new Fd(result, 'program for a probe')
  const values = { prog_fd: program.number, target_fd: 0x7fff_ffff, attach_type: ATTACH_TYPE.TCX_INGRESS }
  return answerOf(bpfCall('BPF_LINK_CREATE', linkCreate, values).result, 'ENODEV')
}

/**
 * Attaches to a directory, which a kernel finds out only if it knows this way to attach, and then to a process that cannot
 * be: the first releases took the process for a thread, and they let this pass to the directory.
 */
export function probeUprobeMulti(): Answer {
  const attach_type = ATTACH_TYPE.TRACE_UPROBE_MULTI
  const result = loadProbe(PROG_TYPE.KPROBE, returnZero, { expected_attach_type: attach_type })
  if (result < 0) return onlyIfAny(answerOf(result))
  using program = new Fd(result, 'program for a probe')
  const place = { 'uprobe_multi.path': Buffer.from('/\0'), 'uprobe_multi.offsets': new Uint8Array(8), 'uprobe_multi.cnt': 1 }
  const attach = (pid: number): number =>
    bpfCall('BPF_LINK_CREATE', linkCreateUprobeMulti, { prog_fd: program.number, attach_type, ...place, 'uprobe_multi.pid': pid }).result
  const answer = answerOf(attach(0), 'EBADF')
  return answer === 'yes' ? answerOf(attach(0xffff_ffff), 'EINVAL') : answer
}

export { returnZero }
