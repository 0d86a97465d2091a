/** How fast a link sends. */
export interface Rate {
  /**
   * When the last bit of `bytes` is on the wire if the first could be at `start`. Calls come in the order of time: none
   * starts before the answer to the one before it.
   */
  finish(start: number, bytes: number): number
  /** Bit/s at a moment, for what reckons with the link's speed: the mean where it is made of single opportunities. */
  at(time: number): number
}

/** ns that a byte takes at a rate of one bit/s. */
export const nsPerByte = 8e9

/** The same rate at all times, bit/s; Infinity for a link that takes no time. */
export const constantRate = (bitsPerSecond: number): Rate => ({
  finish: (start, bytes) => start + (bytes * nsPerByte) / bitsPerSecond,
  at: () => bitsPerSecond,
})
