import { constants } from 'node:os'
import { UsageError } from '../errors/index.ts'
import { systemError } from './errno.ts'
import { addressOf, ppoll } from './libc.ts'

/** What to wait for, and what has come. ABI: asm-generic/poll.h. */
export const POLL = { IN: 1, OUT: 4, ERR: 8, HUP: 16, NVAL: 32 } as const

// ABI: struct pollfd, poll.h: s32 fd, s16 events, s16 revents. struct timespec of a 64-bit machine: two s64.
/** Longer waits have no end: 68 years, what the lower halves of a timespec hold. */
const longest = 2 ** 31 * 1e9

/**
 * Waits for several descriptors by ppoll(2), which blocks the thread. Everything is allocated when it is made, so that
 * waiting makes no garbage.
 */
export class Poller {
  readonly #fds: Int32Array
  readonly #events: Int16Array
  readonly #timeout: BigInt64Array
  readonly #times: Uint32Array
  readonly #fdsAddress: bigint
  readonly #timeoutAddress: bigint

  /** `count` is how many descriptors it has places for; all are free at first. */
  constructor(count: number) {
    if (!Number.isInteger(count) || count < 1) throw new UsageError(`a poller has places for at least one descriptor, not for ${count}`)
    this.#fds = new Int32Array(count * 2)
    this.#events = new Int16Array(this.#fds.buffer)
    this.#timeout = new BigInt64Array(2)
    this.#times = new Uint32Array(this.#timeout.buffer)
    this.#fdsAddress = addressOf(this.#fds)
    this.#timeoutAddress = addressOf(this.#timeout)
    for (let place = 0; place < count; place += 1) this.#fds[place * 2] = -1
  }

  /** Puts a descriptor at a place, or none (-1), which is then not waited for. `events` are bits of `POLL`. */
  set(place: number, fd: number, events: number): void {
    if (place >>> 0 !== place || place * 2 >= this.#fds.length) throw new UsageError(`the poller has no place ${place}`)
    this.#fds[place * 2] = fd
    this.#events[place * 4 + 2] = events
  }

  /** What the last wait found at a place: bits of `POLL`, 0 for nothing. */
  ready(place: number): number {
    return this.#events[place * 4 + 3] ?? 0
  }

  /** Waits up to so many nanoseconds, without an end if none are given. Returns how many places are ready; a signal ends it early. */
  wait(nanoseconds = Number.POSITIVE_INFINITY): number {
    if (Number.isNaN(nanoseconds)) throw new UsageError('a poller cannot wait for NaN nanoseconds')
    let timeout = 0n
    if (nanoseconds < longest) {
      const seconds = Math.floor(Math.max(nanoseconds, 0) / 1e9)
      // The upper halves stay zero. ABI: little endian, like all machines that the BPF objects are built for.
      this.#times[0] = seconds
      this.#times[2] = Math.max(nanoseconds, 0) - seconds * 1e9
      timeout = this.#timeoutAddress
    }
    const result = ppoll(this.#fdsAddress, this.#fds.length / 2, timeout, 0)
    if (result >= 0) return result
    if (-result === constants.errno.EINTR) return 0
    throw systemError(-result, { doing: 'waiting for descriptors', syscall: 'ppoll' })
  }
}
