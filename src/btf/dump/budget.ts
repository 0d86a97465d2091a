import type { Btf } from '../btf.ts'

/** As deep as types may contain each other. A kernel's go 30 deep. */
const deepest = 400
/** A kernel needs 4 steps a word of its BTF. */
const stepsPerWord = 64
const stepsForAll = 100_000

/**
 * How much work a BTF is worth. Types that contain each other, or anonymous ones used twice at each of many levels,
 * would otherwise never end: C has to repeat what has no name.
 */
export class Budget {
  readonly #btf: Btf
  #left: number
  #depth = 0

  constructor(btf: Btf) {
    this.#btf = btf
    this.#left = stepsForAll
    for (let part: Btf | undefined = btf; part !== undefined; part = part.base) {
      this.#left += part.words.length * stepsPerWord
    }
  }

  /** One level deeper, for a type; every call needs its `leave`. */
  enter(id: number): void {
    this.#depth += 1
    if (this.#depth > deepest) this.#btf.fail(id, `types at most ${deepest} deep in each other`)
    this.spend(id, 1)
  }

  leave(): void {
    this.#depth -= 1
  }

  spend(id: number, steps: number): void {
    this.#left -= steps
    if (this.#left < 0) this.#btf.fail(id, 'types that C can write down, not anonymous ones repeated without end')
  }
}
