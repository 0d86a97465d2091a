/** First in, first out. It grows as needed and never shrinks. */
export class Ring<T> {
  #items: (T | undefined)[] = Array.from({ length: 64 })
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): T | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head]
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item
    this.#length += 1
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#items.length - 1)
    this.#length -= 1
    return item
  }

  #grow(): void {
    const old = this.#items
    this.#items = [...old.slice(this.#head), ...old.slice(0, this.#head), ...Array.from<undefined>({ length: old.length })]
    this.#head = 0
  }
}
