import type { ElfFile } from '../elf/index.ts'
import type { GlobalName } from './globals.ts'
import type { LinkInput } from './input.ts'
import { isDefinition } from './mention.ts'

interface Range {
  start: number
  end: number
}

/**
 * The bytes of weak definitions that another object's definition took the place of. They stay where they are, since
 * the distances between instructions are in the code, but nothing refers to them and they refer to nothing.
 */
export class DeadRanges {
  readonly #ranges = new Map<ElfFile, Map<number, Range[]>>()

  constructor(globals: Iterable<GlobalName>) {
    for (const { others } of globals) {
      for (const mention of others) {
        if (!isDefinition(mention)) continue
        const { input, symbol } = mention
        const sections = this.#ranges.get(input.elf) ?? new Map<number, Range[]>()
        this.#ranges.set(input.elf, sections)
        const ranges = sections.get(symbol.section) ?? []
        sections.set(symbol.section, ranges)
        ranges.push({ start: symbol.value, end: symbol.value + symbol.size })
      }
    }
    for (const sections of this.#ranges.values()) {
      for (const ranges of sections.values()) ranges.sort((left, right) => left.start - right.start)
    }
  }

  /** Whether a byte of an object's section belongs to a definition that lost. */
  has({ elf }: LinkInput, section: number, offset: number): boolean {
    const ranges = this.#ranges.get(elf)?.get(section) ?? []
    let [first, end] = [0, ranges.length]
    while (first < end) {
      const middle = (first + end) >> 1
      if ((ranges[middle]?.start ?? Infinity) <= offset) first = middle + 1
      else end = middle
    }
    return offset < (ranges[first - 1]?.end ?? 0)
  }
}
