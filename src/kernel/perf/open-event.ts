import { check, type Attempt } from '../errno.ts'
import { Fd } from '../fd.ts'
import { addressOf, ioctl, perfEventOpen } from '../libc.ts'

// ABI: linux/perf_event.h: PERF_FLAG_FD_CLOEXEC, PERF_EVENT_IOC_ENABLE and _SET_BPF.
const CLOEXEC = 8
const ENABLE = 0x2400
const SET_BPF = 0x40042408

/**
 * ABI: struct perf_event_attr as of PERF_ATTR_SIZE_VER5, linux/perf_event.h: u32 type and size, u64 config, period,
 * sample_type and read_format, flags, u32 wakeup and bp_type, and from 56 on config1 and config2.
 */
const attrSize = 112

interface PerfEvent {
  type: number
  config: bigint
  /** Bytes whose address is passed, such as a path that ends with zero. */
  config1?: Uint8Array
  config2?: bigint
  /** After how many events a program runs, or with the flag FREQUENCY how many times a second. */
  period?: bigint
  flags?: bigint
  /** What a reader is given of each event, PERF_SAMPLE_*, and after how many of them it is woken. */
  sampleType?: bigint
  wakeup?: number
  /** One process; all when left out. */
  pid?: number
  cpu?: number
}

/** perf_event_open(2). */
export function openEvent(event: PerfEvent, what: string, attempt: Omit<Attempt, 'syscall'>): Fd {
  const attr = new Uint8Array(attrSize)
  const view = new DataView(attr.buffer)
  view.setUint32(0, event.type, true)
  view.setUint32(4, attrSize, true)
  view.setBigUint64(8, event.config, true)
  view.setBigUint64(16, event.period ?? 0n, true)
  view.setBigUint64(24, event.sampleType ?? 0n, true)
  view.setBigUint64(40, event.flags ?? 0n, true)
  view.setUint32(48, event.wakeup ?? 0, true)
  if (event.config1 !== undefined) view.setBigUint64(56, addressOf(event.config1), true)
  view.setBigUint64(64, event.config2 ?? 0n, true)
  // Of all processes an event is opened on one processor; a program that hangs on it runs on all of them.
  const cpu = event.cpu ?? (event.pid === undefined ? 0 : -1)
  const number = perfEventOpen(attr, event.pid ?? -1, cpu, -1, CLOEXEC)
  return new Fd(check(number, { capability: 'CAP_PERFMON', ...attempt, syscall: 'perf_event_open' }), what)
}

/** Has an event happen, and the programs that hang on it run. */
export function enableEvent(event: Fd): void {
  check(ioctl(event.number, ENABLE, 0), { doing: `switching on ${event.what}`, syscall: 'ioctl(PERF_EVENT_IOC_ENABLE)' })
}

/** ABI: PERF_EVENT_IOC_SET_BPF: hangs a program on an event, without a link, for as long as the event is open. */
export function runOnEvent(event: Fd, program: Fd): void {
  check(ioctl(event.number, SET_BPF, program.number), { doing: `having ${program.what} run at the ${event.what}`, syscall: 'ioctl(PERF_EVENT_IOC_SET_BPF)', capability: 'CAP_PERFMON' })
}
