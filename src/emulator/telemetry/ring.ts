import { type Columns, copyRows, type Layout, rowSize, viewColumns, withoutFirst } from './columns.ts'

/**
 * Rows that one writer writes into shared memory and any number of readers copy from it. The writer never waits: when it
 * has gone round, the oldest rows are lost to who has not read them, and the reader knows how many.
 *
 * The count of rows written is told at least every `margin` rows, so that whatever is being written over lies within
 * `margin` of the oldest row by that count.
 */
const margin = 1024

/** The fewest rows that a ring may have. */
export const fewestRows = 4 * margin

/** Bytes of a ring: its count of rows written, alone in two cache lines, and its columns. */
const countSize = 128
export const ringSize = (layout: Layout, rows: number): number => countSize + 8 * Math.ceil((rowSize(layout) * rows) / 8)

export class RingWriter<L extends Layout> {
  readonly columns: Columns<L>
  readonly #count: BigUint64Array
  readonly #rows: number
  #written = 0
  #told = 0

  constructor(layout: L, bytes: Uint8Array<ArrayBuffer>, offset: number, rows: number) {
    this.columns = viewColumns(layout, bytes, offset + countSize, rows)
    this.#count = new BigUint64Array(bytes.buffer, bytes.byteOffset + offset, 1)
    this.#rows = rows
  }

  /** The row to fill in next. It counts as written from then on. */
  next(): number {
    const row = this.#written % this.#rows
    if (this.#written - this.#told === margin) this.tell()
    this.#written += 1
    return row
  }

  /** Lets readers see what has been written. */
  tell(): void {
    if (this.#told === this.#written) return
    this.#told = this.#written
    Atomics.store(this.#count, 0, BigInt(this.#written))
  }
}

/** Rows that a reader has copied. */
export interface Batch<L extends Layout> {
  /** The number of the first row, counted from the writer's first. */
  from: number
  count: number
  /** How many rows before it were written over before they were read, since the last batch. */
  lost: number
  columns: Columns<L>
}

export class RingReader<L extends Layout> {
  readonly #layout: L
  readonly #columns: Columns<L>
  readonly #count: BigUint64Array
  readonly #rows: number
  #next = 0

  constructor(layout: L, bytes: Uint8Array<ArrayBuffer>, offset: number, rows: number) {
    this.#layout = layout
    this.#columns = viewColumns(layout, bytes, offset + countSize, rows)
    this.#count = new BigUint64Array(bytes.buffer, bytes.byteOffset + offset, 1)
    this.#rows = rows
  }

  /** The rows that have come since the last time, no more than `most`; a count of 0 when there are none. */
  read(most = 65_536): Batch<L> {
    const wanted = this.#next
    const written = this.#written()
    const from = Math.max(wanted, this.#oldest(written))
    const count = Math.min(most, written - from)
    const columns = copyRows(this.#layout, this.#columns, from, count)
    // What was written over meanwhile is not what it was.
    const torn = Math.min(count, Math.max(0, this.#oldest(this.#written()) - from))
    this.#next = from + count
    return {
      from: from + torn,
      count: count - torn,
      lost: from + torn - wanted,
      columns: torn === 0 ? columns : withoutFirst(this.#layout, columns, torn),
    }
  }

  #written(): number {
    return Math.max(this.#next, Number(Atomics.load(this.#count, 0)))
  }

  #oldest(written: number): number {
    return Math.max(0, written + margin - this.#rows)
  }
}
