import { check } from './errno.ts'
import { Fd } from './fd.ts'
import * as libc from './libc.ts'

// ABI: TFD_CLOEXEC, TFD_NONBLOCK and TFD_TIMER_ABSTIME, sys/timerfd.h; CLOCK_MONOTONIC, linux/time.h.
const TFD_CLOEXEC = 0o2000000
const TFD_NONBLOCK = 0o4000
const TFD_TIMER_ABSTIME = 1
const CLOCK_MONOTONIC = 1

/** A timerfd: it can be read from a moment of CLOCK_MONOTONIC on, to a few µs and not to the milliseconds of node's timers. */
export class Timer implements Disposable {
  readonly #fd = new Fd(
    check(libc.timerCreate(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), { doing: 'making a timer', syscall: 'timerfd_create' }),
    'a timer',
  )
  // ABI: struct itimerspec of a 64-bit machine: interval, then value, each s64 seconds and s64 ns.
  readonly #times = new BigInt64Array(4)

  get number(): number {
    return this.#fd.number
  }

  /** Sets another moment, ns; what was is forgotten, and the timer cannot be read until then. */
  set(at: bigint): void {
    // A time of zero would stop it.
    const moment = at > 0n ? at : 1n
    this.#times[2] = moment / 1_000_000_000n
    this.#times[3] = moment % 1_000_000_000n
    this.#write()
  }

  stop(): void {
    this.#times.fill(0n)
    this.#write()
  }

  #write(): void {
    check(libc.timerSet(this.#fd.number, TFD_TIMER_ABSTIME, this.#times, 0), { doing: 'setting a timer', syscall: 'timerfd_settime' })
  }

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}
