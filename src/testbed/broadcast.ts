/** A listener that falls further behind than this loses the oldest values. */
const queueMax = 1000

interface Reader<T> {
  queue: T[]
  wake: () => void
}

/** Values for any number of `for await` loops. Each sees what comes from its start on; nothing is kept without one. */
export class Broadcast<T> implements AsyncIterable<T> {
  readonly #readers = new Set<Reader<T>>()
  #end: { error?: Error } | undefined

  push(value: T): void {
    for (const { queue, wake } of this.#readers) {
      if (queue.push(value) > queueMax) queue.shift()
      wake()
    }
  }

  /** Ends every loop, with an error when one is given. */
  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error }
    for (const { wake } of this.#readers) wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined, undefined> {
    const reader: Reader<T> = { queue: [], wake: () => undefined }
    this.#readers.add(reader)
    try {
      for (;;) {
        const value = reader.queue.shift()
        if (value !== undefined) yield value
        else if (this.#end !== undefined) break
        else await new Promise<void>((resolve) => (reader.wake = resolve))
      }
      if (this.#end.error !== undefined) throw this.#end.error
    } finally {
      this.#readers.delete(reader)
    }
    return undefined
  }
}
