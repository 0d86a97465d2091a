import { check } from './errno.ts'
import * as libc from './libc.ts'

// ABI: PR_SET_TIMERSLACK, linux/prctl.h; SCHED_FIFO, linux/sched.h.
const PR_SET_TIMERSLACK = 29
const SCHED_FIFO = 1

/** Has this thread woken when its time has come, and not up to 50 µs later together with others. */
export function sharpenTimers(): void {
  check(libc.prctl(PR_SET_TIMERSLACK, 1), { doing: 'asking for exact timers', syscall: 'prctl(PR_SET_TIMERSLACK)' })
}

/** Has this thread run before all others of the machine that are not like it. Answers whether that is allowed. */
export const runFirst = (): boolean => libc.schedule(0, SCHED_FIFO, new Uint8Array(Int32Array.of(1).buffer)) >= 0
