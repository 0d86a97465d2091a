const types = { f64: Float64Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const

type Type = keyof typeof types

/** The columns of a table, by name. Those of wider types come first, so that all are aligned. */
export type Layout = Readonly<Record<string, Type>>

/** A table: each column is a typed array with a value for each row. */
export type Columns<L extends Layout> = { readonly [Name in keyof L]: InstanceType<(typeof types)[L[Name]]> }

/** Bytes of one row. */
export const rowSize = (layout: Layout): number =>
  Object.values(layout).reduce((sum, type) => sum + types[type].BYTES_PER_ELEMENT, 0)

/** The columns of a table of so many rows, one after the other from `offset` on, without a copy. */
export function viewColumns<L extends Layout>(layout: L, bytes: Uint8Array<ArrayBuffer>, offset: number, rows: number): Columns<L> {
  let at = bytes.byteOffset + offset
  return eachColumn(layout, (_, type) => {
    const column = new types[type](bytes.buffer, at, rows)
    at += column.byteLength
    return column
  })
}

/** A copy of `count` rows from row `from` on, where the first row follows the last. */
export function copyRows<L extends Layout>(layout: L, columns: Columns<L>, from: number, count: number): Columns<L> {
  return eachColumn(layout, (name, type) => {
    const column = columns[name]
    const first = from % column.length
    const copy = new types[type](count)
    const tail = column.subarray(first, first + count)
    copy.set(tail)
    copy.set(column.subarray(0, count - tail.length), tail.length)
    return copy
  })
}

/** The same rows without the first `count`. */
export const withoutFirst = <L extends Layout>(layout: L, columns: Columns<L>, count: number): Columns<L> =>
  eachColumn(layout, (name) => columns[name].subarray(count))

function eachColumn<L extends Layout>(
  layout: L,
  make: (name: keyof L, type: Type) => InstanceType<(typeof types)[Type]>,
): Columns<L> {
  const made: (readonly unknown[])[] = Object.entries(layout).map(([name, type]) => [name, make(name, type)])
  return Object.fromEntries(made)
}
