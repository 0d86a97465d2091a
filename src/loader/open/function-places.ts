import type { FunctionSpec } from '../object.ts'

/** Finds functions by their places in the object's sections. Those of one section stand one after the other. */
export class FunctionPlaces {
  readonly #bySection: ReadonlyMap<number, readonly FunctionSpec[]>

  /** `functions` in the order of their places. */
  constructor(functions: readonly FunctionSpec[]) {
    this.#bySection = Map.groupBy(functions, (code) => code.sectionIndex)
  }

  /** The function that a byte of a section belongs to. */
  holding(section: number, offset: number): FunctionSpec | undefined {
    const functions = this.#bySection.get(section) ?? []
    let [first, end] = [0, functions.length]
    while (end - first > 1) {
      const middle = (first + end) >> 1
      if ((functions[middle]?.offset ?? Infinity) <= offset) first = middle
      else end = middle
    }
    const found = functions[first]
    return found !== undefined && offset >= found.offset && offset < found.offset + found.bytes.length ? found : undefined
  }

  /** The function that begins at a byte of a section. */
  startingAt(section: number, offset: number): FunctionSpec | undefined {
    const found = this.holding(section, offset)
    return found?.offset === offset ? found : undefined
  }
}
