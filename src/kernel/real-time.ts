import { check } from './errno.ts'
import * as libc from './libc.ts'

// ABI: linux/time.h.
const CLOCK_REALTIME = 0

/** What the clock says by which the kernel notes the times of packets: CLOCK_REALTIME, ns. Somebody may set it. */
export function realTime(): bigint {
  const time = new BigInt64Array(2)
  check(libc.clockGetTime(CLOCK_REALTIME, time), { doing: 'asking what time it is', syscall: 'clock_gettime' })
  return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n)
}
