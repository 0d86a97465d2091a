/** Remarks that cells of a table refer to, each once, by a letter. */
export class Footnotes {
  readonly #texts: string[] = []

  /** The letter of a remark. */
  of(text: string): string {
    const known = this.#texts.indexOf(text)
    return letters(known >= 0 ? known : this.#texts.push(text) - 1)
  }

  /** All remarks with their letters, in the order in which they were first made. */
  all(): { letter: string; text: string }[] {
    return this.#texts.map((text, index) => ({ letter: letters(index), text }))
  }
}

/** a to z, then aa to az, and so on. */
function letters(index: number): string {
  const letter = String.fromCodePoint(97 + (index % 26))
  return index < 26 ? letter : letters(Math.floor(index / 26) - 1) + letter
}
