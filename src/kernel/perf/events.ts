import { UnsupportedKernelError, UsageError } from '../../errors/index.ts'
import type { PerfEventSpec } from '../../loader/index.ts'
import type { Fd } from '../fd.ts'
import { openEvent } from './open-event.ts'
import { readFirst } from './read-first.ts'

// ABI: PERF_TYPE_TRACEPOINT, linux/perf_event.h.
const TRACEPOINT = 2
// ABI: the bit `freq` of the flags, which makes of the period a number of times a second.
const FREQUENCY = 1n << 10n

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
  return openEvent({ type: TRACEPOINT, config: BigInt(id) }, what, { doing: `opening the ${what}` })
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
  return openEvent({ type, config, ...often, ...where }, what, {
    doing: `opening the ${what}`,
    hints: {
      ENOENT: 'this machine counts no such event; a virtual one often has none of the hardware',
      EINVAL: 'the event, its period or its frequency is none that the kernel takes',
      ENODEV: 'there is no such processor',
      ESRCH: 'there is no such process',
    },
  })
}
