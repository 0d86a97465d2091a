import { readFileSync } from 'node:fs'
import { UnsupportedKernelError, UsageError } from '../errors/index.ts'
import type { PerfEventSpec } from '../loader/index.ts'
import { check, type Attempt } from './errno.ts'
import { Fd } from './fd.ts'
import { addressOf, ioctl, perfEventOpen } from './libc.ts'

// ABI: linux/perf_event.h: PERF_TYPE_TRACEPOINT, PERF_FLAG_FD_CLOEXEC, PERF_EVENT_IOC_ENABLE and _SET_BPF.
const TRACEPOINT = 2
const CLOEXEC = 8
const ENABLE = 0x2400
// ABI: the bit `freq` of the flags, which makes of the period a number of times a second.
const FREQUENCY = 1n << 10n
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
  /** One process; all when left out. */
  pid?: number
  cpu?: number
}

function open(event: PerfEvent, what: string, attempt: Omit<Attempt, 'syscall'>): Fd {
  const attr = new Uint8Array(attrSize)
  const view = new DataView(attr.buffer)
  view.setUint32(0, event.type, true)
  view.setUint32(4, attrSize, true)
  view.setBigUint64(8, event.config, true)
  view.setBigUint64(16, event.period ?? 0n, true)
  view.setBigUint64(40, event.flags ?? 0n, true)
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

/** The event of a tracepoint, such as `sched/sched_switch`. */
export function tracepointEvent(category: string, name: string): Fd {
  const id = readFirst([`/sys/kernel/tracing/events/${category}/${name}/id`, `/sys/kernel/debug/tracing/events/${category}/${name}/id`])
  if (id === undefined) {
    throw new UnsupportedKernelError({
      feature: `tracepoint ${category}/${name}`,
      hint: 'see /sys/kernel/tracing/available_events; if that is not there: mount -t tracefs tracefs /sys/kernel/tracing',
    })
  }
  const what = `event of tracepoint ${category}/${name}`
  return open({ type: TRACEPOINT, config: BigInt(id) }, what, { doing: `opening the ${what}` })
}

/** The event that a program of `SEC("perf_event")` asks for. */
export function countingEvent({ type, config, every, cpu, pid }: PerfEventSpec): Fd {
  if (cpu === undefined && pid === undefined) {
    throw new UsageError('a perf event needs a processor or a process', {
      hint: 'pass cpu, and attach once for each processor, or pid, which is 0 for the calling thread',
    })
  }
  const where = { ...(cpu === undefined ? {} : { cpu }), ...(pid === undefined ? {} : { pid }) }
  const often = 'period' in every ? { period: every.period } : { period: BigInt(every.frequency), flags: FREQUENCY }
  const what = `perf event ${type}:${config}`
  return open({ type, config, ...often, ...where }, what, {
    doing: `opening the ${what}`,
    hints: {
      ENOENT: 'this machine counts no such event; a virtual one often has none of the hardware',
      EINVAL: 'the event, its period or its frequency is none that the kernel takes',
      ENODEV: 'there is no such processor',
      ESRCH: 'there is no such process',
    },
  })
}

/** Where a probe is put: at an instruction of a file, or of the kernel. */
export interface ProbePlace {
  kind: 'uprobe' | 'kprobe'
  /** A uprobe's file, a kprobe's function; a kprobe without one is at an address. */
  name: string | undefined
  /** Of a uprobe the place in the file, of a kprobe that in the function, or an address. */
  offset: bigint
  /** Run when the function returns. */
  onReturn: boolean
  pid?: number | undefined
  /** Of a uprobe: the place in the file of a u16 that is counted up while it is there; 0 for none. */
  referenceCounter?: bigint | undefined
}

/** The event of a probe. Kernels from 4.17 on have them as units of their own under `/sys/bus/event_source`. */
export function probeEvent({ kind, name, offset, onReturn, pid, referenceCounter = 0n }: ProbePlace): Fd {
  const unit = `/sys/bus/event_source/devices/${kind}`
  const type = readFirst([`${unit}/type`])
  if (type === undefined) {
    throw new UnsupportedKernelError({ feature: `${kind}s`, config: kind === 'kprobe' ? 'CONFIG_KPROBE_EVENTS' : 'CONFIG_UPROBE_EVENTS' })
  }
  const bit = (field: string): string | undefined => /config:(\d+)/.exec(readFirst([`${unit}/format/${field}`]) ?? '')?.[1]
  const counterBit = referenceCounter === 0n ? '0' : bit('ref_ctr_offset')
  if (counterBit === undefined) throw new UnsupportedKernelError({ feature: 'counters of those who use a uprobe', since: '4.20' })
  const config = (onReturn ? 1n << BigInt(bit('retprobe') ?? '0') : 0n) | (referenceCounter << BigInt(counterBit))
  if (BigInt.asUintN(64, config) !== config) throw new UsageError(`the reference counter at ${referenceCounter} of ${name} is beyond the 4 GiB that the kernel reaches`)
  const what = `event of a ${kind} at ${name === undefined ? `0x${offset.toString(16)}` : `${name}+${offset}`}`
  // ABI: config1 is uprobe_path or kprobe_func, config2 probe_offset or, without a function, kprobe_addr.
  const place = { ...(name === undefined ? {} : { config1: Buffer.from(`${name}\0`) }), config2: offset }
  return open({ type: Number(type), config, ...place, ...(pid === undefined ? {} : { pid }) }, what, {
    doing: `opening the ${what}`,
    hints: {
      ENOENT: 'there is no such file or function',
      EINVAL: 'no instruction begins there, or another counter belongs to it already',
      ESRCH: 'there is no such process',
      EADDRNOTAVAIL: 'the kernel has several functions of this name: give the address of one',
    },
  })
}

/** ABI: PERF_EVENT_IOC_SET_BPF: hangs a program on an event, without a link, for as long as the event is open. */
export function runOnEvent(event: Fd, program: Fd): void {
  check(ioctl(event.number, SET_BPF, program.number), { doing: `having ${program.what} run at the ${event.what}`, syscall: 'ioctl(PERF_EVENT_IOC_SET_BPF)', capability: 'CAP_PERFMON' })
}

function readFirst(files: readonly string[]): string | undefined {
  for (const file of files) {
    try {
      return readFileSync(file, 'utf8').trim()
    } catch {
      // The next may be there.
    }
  }
  return undefined
}
