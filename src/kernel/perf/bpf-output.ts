import { SyscallError } from '../../errors/index.ts'
import type { Fd } from '../fd.ts'
import { openEvent } from './open-event.ts'

// ABI: linux/perf_event.h: PERF_TYPE_SOFTWARE, PERF_COUNT_SW_BPF_OUTPUT and PERF_SAMPLE_RAW.
const event = { type: 1, config: 10n, period: 1n, sampleType: 1n << 10n, wakeup: 1 } as const

/** Opens the event through which BPF programs on one CPU send; undefined when that CPU is not online. */
export function openBpfOutput(cpu: number): Fd | undefined {
  const what = `BPF output of CPU ${cpu}`
  try {
    return openEvent({ ...event, cpu }, what, { doing: `opening the ${what}` })
  } catch (error) {
    if (error instanceof SyscallError && error.errno === 'ENODEV') return undefined
    throw error
  }
}
