interface Entry<T> {
  at: number
  /** Those of one time leave in the order in which they came. */
  order: number
  item: T
}

/** Gives what has the least time first: a binary heap. */
export class Heap<T> {
  readonly #entries: Entry<T>[] = []
  #order = 0

  get length(): number {
    return this.#entries.length
  }

  /** The least time; Infinity when there is none. */
  get next(): number {
    return this.#entries[0]?.at ?? Infinity
  }

  push(at: number, item: T): void {
    const entries = this.#entries
    const entry = { at, order: this.#order, item }
    this.#order += 1
    let place = entries.length
    entries.push(entry)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = entries[above]
      if (parent === undefined || !isBefore(entry, parent)) break
      entries[place] = parent
      place = above
    }
    entries[place] = entry
  }

  shift(): T | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (first === undefined || last === undefined || entries.length === 0) return first?.item
    let place = 0
    for (;;) {
      const left = entries[2 * place + 1]
      const right = entries[2 * place + 2]
      if (left === undefined) break
      const [child, at] = right !== undefined && isBefore(right, left) ? [right, 2 * place + 2] : [left, 2 * place + 1]
      if (!isBefore(child, last)) break
      entries[place] = child
      place = at
    }
    entries[place] = last
    return first.item
  }
}

const isBefore = (a: Entry<unknown>, b: Entry<unknown>): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
