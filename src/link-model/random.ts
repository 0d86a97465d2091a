/**
 * Numbers that look random and are the same for the same seed. Each use has a stream of its own, so that what one part
 * of a path draws does not depend on how much another has drawn.
 *
 * The generator is sfc32, Chris Doty-Humphrey's "Small Fast Counting" generator of PractRand, with 128 bits of state.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, stream: string) {
    const part = hashes(`${seed}/${stream}`)
    this.#a = part()
    this.#b = part()
    this.#c = part()
    for (let round = 0; round < 12; round += 1) this.next()
  }

  /** An integer of 32 bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 up to but not including 1, in steps of 2^-32. */
  float(): number {
    return this.next() / 0x1_0000_0000
  }

  /** Whether something of this probability happens. Nothing is drawn where that is certain. */
  happens(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.float() < probability)
  }

  /** Normally distributed, mean 0 and deviation 1 (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()))
    return radius * Math.cos(2 * Math.PI * this.float())
  }
}

/** A series of hashes of a text: FNV-1a, and then what MurmurHash3 mixes its words with. */
function hashes(text: string): () => number {
  let state = 0x811c_9dc5
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x0100_0193)
  return () => {
    state = (state + 0x9e37_79b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
    return (mixed ^ (mixed >>> 16)) | 0
  }
}
