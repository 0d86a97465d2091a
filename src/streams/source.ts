/** Where events come from, as far as they are in memory. */
export interface Source<E> extends Disposable {
  /** What to watch: one of them becomes readable when there are events. */
  readonly handles: readonly { readonly number: number }[]
  /** They say so once, and not as long as it is so. */
  readonly edge: boolean
  readonly what: string
  /**
   * Hands over up to `limit` events that are there and answers how many. It stops early when `take` answers false. An
   * event that was handed over is gone, even when `take` throws.
   */
  drain(limit: number, take: (event: E) => boolean): number
  /** Events that found no room, counted from the start, as far as it is known. */
  lost(): number
}

/** Reads an event in place. */
export interface Decoder<E> {
  decode(view: DataView, at: number, length: number): E
}
