import { type Btf, BtfBuilder } from '../../btf/index.ts'
import { CcdkError } from '../../errors/index.ts'
import { type Answer, MAP_FLAG, MAP_TYPE, PROG_TYPE } from '../../loader/index.ts'
import { bpfCall } from '../bpf/command.ts'
import { mapCreate } from '../bpf/layouts.ts'
import { Fd } from '../fd.ts'
import { runningKernelBtf } from '../facts/kernel-facts.ts'
import { answerOf } from './ask.ts'
import { loadSample } from './btf.ts'
import { loadProbe, returnZero } from './programs.ts'

/** The kernel's types, or undefined when it gives none: then nothing can be said here. */
function kernelTypes(): Btf | undefined {
  try {
    return runningKernelBtf()
  } catch (error) {
    if (!(error instanceof CcdkError)) throw error
    return undefined
  }
}

/** Creates a struct_ops map and registers nothing: it stays empty. The descriptor, or a negative errno. */
function createMap(kernel: Btf, flags: number): number | undefined {
  const value = kernel.find('bpf_struct_ops_tcp_congestion_ops', 'struct')
  const type = value === undefined ? undefined : kernel.type(value)
  if (type?.kind !== 'struct') return undefined
  const builder = new BtfBuilder()
  builder.int('int', 4, { signed: true })
  const types = loadSample(builder.encode())
  if (types < 0) return undefined
  using btf = new Fd(types, 'BTF for a probe')
  return bpfCall('BPF_MAP_CREATE', mapCreate, {
    map_type: MAP_TYPE.STRUCT_OPS,
    key_size: 4,
    value_size: type.size,
    max_entries: 1,
    map_flags: flags,
    btf_fd: btf.number,
    btf_vmlinux_value_type_id: type.id,
  }).result
}

export function probeStructOpsLink(): Answer {
  const kernel = kernelTypes()
  const result = kernel === undefined ? undefined : createMap(kernel, MAP_FLAG.LINK)
  if (kernel === undefined || result === undefined) return 'unknown'
  const answer = answerOf(result)
  // Refused without the flag as well, it is not links that the kernel lacks.
  return answer === 'no' && answerOf(createMap(kernel, 0) ?? -1) !== 'yes' ? 'unknown' : answer
}

/** To replace a map one has to be registered, so the kernel's types are asked: the struct's operation is for this alone. */
export function probeStructOpsUpdate(): Answer {
  const kernel = kernelTypes()
  const id = kernel?.find('bpf_struct_ops', 'struct')
  const type = id === undefined ? undefined : kernel?.type(id)
  if (type?.kind !== 'struct') return 'unknown'
  return type.members.some(({ name }) => name === 'update') ? 'yes' : 'no'
}

/** The same with detaching, which is a function of its own. */
export function probeStructOpsDetach(): Answer {
  const kernel = kernelTypes()
  if (kernel?.find('bpf_struct_ops', 'struct') === undefined) return 'unknown'
  return kernel.find('bpf_struct_ops_map_link_detach', 'func') === undefined ? 'no' : 'yes'
}

// ABI: BPF_F_SLEEPABLE, linux/bpf.h.
const BPF_F_SLEEPABLE = 1 << 4

/** The struct for tests has a member for a program that sleeps, if such programs may. */
export function probeStructOpsSleepable(): Answer {
  const kernel = kernelTypes()
  const id = kernel?.find('bpf_dummy_ops', 'struct')
  const type = id === undefined ? undefined : kernel?.type(id)
  if (type?.kind !== 'struct') return 'unknown'
  const index = type.members.findIndex(({ name }) => name === 'test_sleepable')
  if (index < 0) return 'no'
  const place = { attach_btf_id: type.id, expected_attach_type: index, prog_flags: BPF_F_SLEEPABLE }
  return answerOf(loadProbe(PROG_TYPE.STRUCT_OPS, returnZero, place))
}
