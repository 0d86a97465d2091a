import { UsageError } from '../../errors/index.ts'

/** How fast a link sends. */
export interface Rate {
  /**
   * When the last bit of `bytes` is on the wire if the first could be at `start`; Infinity at a rate of 0. Calls come in
   * the order of time: none starts before the answer to the one before it.
   */
  finish(start: number, bytes: number): number
  /** How many bytes of the last `finish(start, bytes)` are still to be sent at a moment before its answer. */
  left(start: number, bytes: number, now: number): number
}

/** ns that a byte takes at a rate of one bit/s. */
export const nsPerByte = 8e9

/** The same rate at all times, bit/s; Infinity for a link that takes no time, 0 for one that is out. */
export function constantRate(bitsPerSecond: number): Rate {
  if (!(bitsPerSecond >= 0)) throw new UsageError('a rate is 0 bit/s or more')
  return {
    finish: (start, bytes) => (bytes === 0 ? start : start + (bytes * nsPerByte) / bitsPerSecond),
    left: (start, bytes, now) => Math.max(0, bytes - ((now - start) * bitsPerSecond) / nsPerByte),
  }
}
