/** Something that costs: it is done again after so many ms, and later when it would take more than a hundredth of the time. */
export class Paced<T> {
  readonly #least: number
  readonly #work: () => T
  #last: { value: T; key: string; until: number } | undefined

  constructor(leastMs: number, work: () => T) {
    this.#least = leastMs
    this.#work = work
  }

  /** What it made, now or before. It is done at once when `key` is not that of the last time. */
  get(key = ''): T {
    const start = performance.now()
    if (this.#last !== undefined && this.#last.key === key && start < this.#last.until) return this.#last.value
    const value = this.#work()
    const took = performance.now() - start
    this.#last = { value, key, until: start + Math.max(this.#least, 100 * took) }
    return value
  }
}
