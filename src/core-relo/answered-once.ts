/**
 * Remembers the answers to questions about pairs of types. Types that refer to others many times, and those again to
 * others, would else be compared over and over: the time doubles with each level.
 */
export class AnsweredOnce {
  readonly #answers = new Map<string, boolean>()

  of(question: string, answer: () => boolean): boolean {
    const known = this.#answers.get(question)
    if (known !== undefined) return known
    const found = answer()
    this.#answers.set(question, found)
    return found
  }
}
