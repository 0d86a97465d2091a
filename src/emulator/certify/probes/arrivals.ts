import type { Arrival } from '../../../kernel/index.ts'
import type { ProbeResult } from './protocol.ts'

/** Probes that have come, and how many different ones those are. Has room for two of each. */
export class Arrivals {
  distinct = 0
  readonly #seen: Uint8Array
  readonly #number: Uint32Array
  readonly #at: Float64Array
  readonly #ecn: Uint8Array
  #count = 0

  constructor(count: number) {
    this.#seen = new Uint8Array(count)
    this.#number = new Uint32Array(2 * count)
    this.#at = new Float64Array(2 * count)
    this.#ecn = new Uint8Array(2 * count)
  }

  add({ number, at, ecn }: Arrival): void {
    if (this.#count === this.#at.length || number >= this.#seen.length) return
    if (this.#seen[number] === 0) this.distinct += 1
    this.#seen[number] = 1
    this.#number[this.#count] = number
    this.#at[this.#count] = at
    this.#ecn[this.#count] = ecn
    this.#count += 1
  }

  all(): ProbeResult['arrivals'] {
    const count = this.#count
    return { number: this.#number.slice(0, count), at: this.#at.slice(0, count), ecn: this.#ecn.slice(0, count) }
  }
}
