import type { ElfRelocation } from '../../elf/index.ts'

/** The relocations of a section, found by what they change: an object may have very many of them. */
export class PlacedRelocations {
  readonly #inOrder: readonly ElfRelocation[]

  constructor(relocations: readonly ElfRelocation[]) {
    this.#inOrder = relocations.toSorted((left, right) => left.offset - right.offset)
  }

  /** Those that change bytes from `start` up to `end`, by place. */
  within(start: number, end: number): readonly ElfRelocation[] {
    return this.#inOrder.slice(this.#firstFrom(start), this.#firstFrom(end))
  }

  #firstFrom(offset: number): number {
    let [first, end] = [0, this.#inOrder.length]
    while (first < end) {
      const middle = (first + end) >> 1
      if ((this.#inOrder[middle]?.offset ?? Infinity) < offset) first = middle + 1
      else end = middle
    }
    return first
  }
}
