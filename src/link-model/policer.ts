import { nsPerByte } from './rate/rate.ts'

export interface PolicerOptions {
  /** Bit/s that are let through in the long run. */
  rate: number
  /** Bytes that may come at once. */
  burst: number
}

/** A bucket of tokens: what does not find enough is dropped, at once and without a queue. */
export class Policer {
  #options: PolicerOptions
  #tokens: number
  #filledAt = 0

  constructor(options: PolicerOptions) {
    this.#options = options
    this.#tokens = options.burst
  }

  /** Another rate and burst from now on, with the tokens that there are. */
  set(options: PolicerOptions, now: number): void {
    this.#fill(now)
    this.#options = options
  }

  passes(bytes: number, now: number): boolean {
    this.#fill(now)
    if (this.#tokens < bytes) return false
    this.#tokens -= bytes
    return true
  }

  #fill(now: number): void {
    const { rate, burst } = this.#options
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) * rate) / nsPerByte)
    this.#filledAt = now
  }
}
