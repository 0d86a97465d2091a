import { Heap } from '../../../link-model/index.ts'
import { Epoll, POLL, Timer, Watch } from '../../../kernel/index.ts'

/** Told which bits of `POLL` have come. */
export type Ready = (events: number) => void

/** How much is done before node's own event loop has a turn. */
const eventsATurn = 1024

/**
 * Waits for sockets and for moments, inside node's event loop but with nothing of its streams: an event is a few calls of
 * the kernel, and moments are met as exactly as the machine wakes this process.
 */
export class Loop implements Disposable {
  readonly #epoll = new Epoll()
  readonly #timer = new Timer()
  readonly #watch: Watch
  readonly #moments = new Heap<() => void>()
  readonly #ready: (Ready | undefined)[] = []
  readonly #free: number[] = []
  readonly #freed: number[] = []
  #begun = 0n
  /** The same on the scale of `performance.now`, ms. */
  #begunMs = Infinity
  #alarm = Infinity
  #isStopped = false

  constructor() {
    const key = this.#key(() => (this.#alarm = Infinity))
    this.#epoll.add(this.#timer.number, POLL.IN, key)
    this.#watch = new Watch(this.#epoll, 'sockets of traffic', { edge: true })
    this.#wait()
  }

  /** Time is counted from a moment of CLOCK_MONOTONIC, ns. Without it no moment comes. */
  begin(at: bigint): void {
    this.#begun = at
    this.#begunMs = performance.now() + Number(at - process.hrtime.bigint()) / 1e6
    this.#setAlarm()
  }

  /** ns since the begin. */
  now(): number {
    return (performance.now() - this.#begunMs) * 1e6
  }

  /** Has something done at a moment, ns since the begin. */
  at(moment: number, action: () => void): void {
    this.#moments.push(moment, action)
    if (moment < this.#alarm) this.#setAlarm()
  }

  watch(fd: number, events: number, ready: Ready): Watched {
    const key = this.#key(ready)
    this.#epoll.add(fd, events, key)
    return {
      set: (wanted) => this.#epoll.set(fd, wanted, key),
      stop: () => {
        this.#epoll.remove(fd)
        this.#ready[key] = undefined
        this.#freed.push(key)
      },
    }
  }

  #key(ready: Ready): number {
    const key = this.#free.pop() ?? this.#ready.length
    this.#ready[key] = ready
    return key
  }

  #wait(): void {
    this.#watch.once(() => {
      this.#turn()
      if (!this.#isStopped) this.#wait()
    })
  }

  #turn(): void {
    for (let done = 0; done < eventsATurn && !this.#isStopped; ) {
      this.#doWhatIsDue()
      const count = this.#epoll.poll()
      if (count === 0) break
      for (let index = 0; index < count && !this.#isStopped; index += 1) {
        this.#ready[this.#epoll.keyAt(index)]?.(this.#epoll.eventsAt(index))
        this.#doWhatIsDue()
      }
      // Not before: events of a socket that was closed meanwhile may have been among these.
      this.#free.push(...this.#freed.splice(0))
      done += count
    }
    this.#setAlarm()
  }

  #doWhatIsDue(): void {
    while (!this.#isStopped && this.#moments.next <= this.now()) this.#moments.shift()?.()
  }

  #setAlarm(): void {
    const { next } = this.#moments
    if (next === this.#alarm || this.#begunMs === Infinity) return
    this.#alarm = next
    if (next === Infinity) this.#timer.stop()
    else this.#timer.set(this.#begun + BigInt(Math.ceil(next)))
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#isStopped = true
    this.#watch[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
    this.#timer[Symbol.dispose]()
    this.#epoll[Symbol.dispose]()
  }
}

export interface Watched {
  set(events: number): void
  stop(): void
}
