import { UsageError } from '../errors/index.ts'
import { Watch } from '../kernel/index.ts'
import type { Source } from './source.ts'

export interface StreamOptions {
  /** Is told how many more events found no room since it was last told. */
  onLost?: (count: number) => void
}

/** Events between two looks at the clock, and in one batch. */
const chunk = 512
/** How long one turn may take before others have theirs, ms. */
const turnMs = 4

/**
 * Events from the kernel, for one reader: a loop with `for await`, `batches()`, or `listen` with a callback. Events
 * wait in the kernel's buffer until they are read, so that a slow reader, or one that pauses, loses those for which
 * there is no room: they are counted in `lost`. Reading never holds up the event loop for more than some milliseconds.
 * Disposing of the stream ends its reader.
 */
export class EventStream<E> implements AsyncIterable<E>, Disposable {
  readonly #source: Source<E>
  readonly #watches: readonly Watch[]
  readonly #onLost: ((count: number) => void) | undefined
  /** Read from the buffer and not told yet: what a loop that was left did not come to. */
  #queue: E[] = []
  #next = 0
  #told = 0
  #lost = 0
  #reading = false
  #draining = false
  #closed = false
  #paused = false
  #turnStart = 0
  #wake: (() => void) | undefined

  constructor(source: Source<E>, { onLost }: StreamOptions = {}) {
    this.#source = source
    this.#onLost = onLost
    using undo = new DisposableStack()
    this.#watches = source.handles.map((handle) => undo.use(new Watch(handle, source.what, { edge: source.edge })))
    undo.move()
  }

  /** Events that found no room. */
  get lost(): number {
    if (!this.#closed) this.#lost = this.#source.lost()
    return this.#lost
  }

  get paused(): boolean {
    return this.#paused
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Leaves events in the kernel's buffer until `resume`. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#wakeUp()
  }

  /** Calls back for each event, until the stream is disposed of. Rejects, and disposes of it, when the callback throws. */
  async listen(callback: (event: E) => void): Promise<void> {
    this.#begin()
    try {
      while (this.#next < this.#queue.length && this.#open()) {
        const event = this.#queue[this.#next]
        this.#next += 1
        if (event !== undefined) callback(event)
      }
      while (!this.#closed) {
        const found = this.#drain(chunk, (event) => {
          callback(event)
          return this.#open()
        })
        await this.#breathe(found > 0)
      }
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    } finally {
      this.#reading = false
    }
  }

  /** Events as they are there: at least one in each array. */
  async *batches(): AsyncGenerator<E[]> {
    this.#begin()
    try {
      for (;;) {
        if (this.#next >= this.#queue.length && !(await this.#fill())) return
        const batch = this.#next === 0 ? this.#queue : this.#queue.slice(this.#next)
        this.#queue = []
        this.#next = 0
        yield batch
      }
    } finally {
      this.#reading = false
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<E> {
    this.#begin()
    const end = (): Promise<IteratorReturnResult<undefined>> => {
      this.#reading = false
      return Promise.resolve({ done: true, value: undefined })
    }
    const take = (): IteratorYieldResult<E> | undefined => {
      const at = this.#next
      if (at >= this.#queue.length || this.#paused || this.#closed) return undefined
      this.#next += 1
      const value = this.#queue[at]
      return value === undefined ? undefined : { done: false, value }
    }
    const wait = async (): Promise<IteratorResult<E, undefined>> => {
      while (await this.#fill()) {
        const found = take()
        if (found !== undefined) return found
      }
      return end()
    }
    return {
      next: () => {
        const found = take()
        return found === undefined ? wait() : Promise.resolve(found)
      },
      return: end,
    }
  }

  /** Ends the reader, and gives the memory back. */
  [Symbol.dispose](): void {
    if (this.#closed) return
    this.#lost = this.#source.lost()
    this.#closed = true
    for (const watch of this.#watches) watch[Symbol.dispose]()
    // Somebody who closes it from a callback is inside of the buffer now.
    if (!this.#draining) this.#source[Symbol.dispose]()
    this.#wakeUp()
  }

  #begin(): void {
    if (this.#closed) throw new UsageError(`${this.#source.what}: read after it was closed`)
    if (this.#reading) throw new UsageError(`${this.#source.what}: it is being read already, and each event goes to one reader`)
    this.#reading = true
    this.#turnStart = performance.now()
  }

  #open(): boolean {
    return !this.#paused && !this.#closed
  }

  /** Waits until there are events in the queue; false when the stream has been closed. */
  async #fill(): Promise<boolean> {
    while (!this.#closed) {
      if (!this.#paused && this.#next < this.#queue.length) return true
      if (this.#next >= this.#queue.length) {
        this.#queue = []
        this.#next = 0
        this.#drain(chunk, (event) => this.#queue.push(event) > 0)
      }
      const found = this.#queue.length > this.#next
      await this.#breathe(found)
    }
    return false
  }

  #drain(limit: number, take: (event: E) => boolean): number {
    if (!this.#open()) return 0
    this.#draining = true
    try {
      return this.#source.drain(limit, take)
    } finally {
      this.#draining = false
      if (this.#closed) this.#source[Symbol.dispose]()
      else this.#tellLost()
    }
  }

  #tellLost(): void {
    if (this.#onLost === undefined) return
    const { lost } = this
    if (lost === this.#told) return
    const more = lost - this.#told
    this.#told = lost
    this.#onLost(more)
  }

  /** With more to do, gives others a turn when it is time; else waits for events, for `resume` or for the end. */
  #breathe(busy: boolean): Promise<void> | undefined {
    if (this.#closed) return undefined
    if (busy && !this.#paused) {
      if (performance.now() - this.#turnStart < turnMs) return undefined
      return new Promise((resolve) => {
        setImmediate(() => {
          this.#turnStart = performance.now()
          resolve()
        })
      })
    }
    return new Promise((resolve) => {
      this.#wake = resolve
      if (this.#paused) return
      for (const watch of this.#watches) watch.once(() => this.#wakeUp())
    })
  }

  #wakeUp(): void {
    this.#turnStart = performance.now()
    const wake = this.#wake
    this.#wake = undefined
    if (!this.#closed) for (const watch of this.#watches) watch.cancel()
    wake?.()
  }
}
