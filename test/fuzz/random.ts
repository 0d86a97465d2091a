/** Numbers that are the same for the same seeds (xoshiro128**, Blackman and Vigna, 2018). */
export class Random {
  readonly #state: Uint32Array

  constructor(...seeds: readonly number[]) {
    let mixed = 0x9e37_79b9
    this.#state = Uint32Array.from({ length: 4 }, () => {
      for (const seed of seeds) {
        mixed = Math.imul(mixed ^ seed, 0x85eb_ca6b)
        mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35) + 0x9e37_79b9
      }
      return (mixed ^ (mixed >>> 16)) | 1
    })
  }

  u32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state
    const product = Math.imul(b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const [y, z] = [d ^ b, c ^ a]
    this.#state.set([a ^ y, b ^ z, z ^ (b << 9), (y << 11) | (y >>> 21)])
    return result
  }

  /** A number from 0 up to but not including `end`. */
  below(end: number): number {
    return end <= 1 ? 0 : Math.floor((this.u32() / 2 ** 32) * end)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)]
    if (found === undefined) throw new Error('there is nothing to choose from')
    return found
  }

  /** Mostly small ones, sometimes those at the limits of what a field holds, sometimes any. */
  number(): number {
    switch (this.below(5)) {
      case 0:
        return this.below(4)
      case 1:
        return this.below(64)
      case 2:
        return this.below(0x1_0000)
      case 3:
        return this.pick([0x7f, 0xff, 0x7fff, 0xffff, 0x00ff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff])
      default:
        return this.u32()
    }
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.u32() >>> 24)
  }
}
