import { type Attempt, check } from './errno.ts'
import { Fd } from './fd.ts'
import { perfEventOpen } from './libc.ts'

// ABI: linux/perf_event.h and linux/errno.h.
const PERF_TYPE_SOFTWARE = 1
const PERF_COUNT_SW_BPF_OUTPUT = 10n
const PERF_SAMPLE_RAW = 1n << 10n
const PERF_FLAG_FD_CLOEXEC = 8
const ENODEV = 19

/** ABI: struct perf_event_attr as its first version had it; every kernel takes it so short. */
const attrSize = 64

/** Opens the event through which BPF programs on one CPU send; undefined when that CPU is not online. */
export function openBpfOutput(cpu: number): Fd | undefined {
  const attr = new DataView(new ArrayBuffer(attrSize))
  attr.setUint32(0, PERF_TYPE_SOFTWARE, true)
  attr.setUint32(4, attrSize, true)
  attr.setBigUint64(8, PERF_COUNT_SW_BPF_OUTPUT, true)
  // sample_period, sample_type, and at 48 after how many events a reader is woken.
  attr.setBigUint64(16, 1n, true)
  attr.setBigUint64(24, PERF_SAMPLE_RAW, true)
  attr.setUint32(48, 1, true)
  const attempt: Attempt = { doing: `opening the BPF output of CPU ${cpu}`, syscall: 'perf_event_open', capability: 'CAP_PERFMON' }
  const result = perfEventOpen(new Uint8Array(attr.buffer), -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)
  return result === -ENODEV ? undefined : new Fd(check(result, attempt), `BPF output of CPU ${cpu}`)
}
