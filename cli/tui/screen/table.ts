import type { Style } from '../theme/styles.ts'
import { chosen, fit, type Row, span, width } from './row.ts'

/** A column of a list: fixed in width, so that nothing moves while figures change. */
export interface Column<Item> {
  key: string
  title: string
  /** Columns of the terminal; of one that grows the least. */
  width: number
  align: 'left' | 'right'
  /** Those with the highest go first when the terminal is narrow. */
  priority: number
  /** Takes its part of the room that is left, up to so many columns. */
  most?: number
  cell: (item: Item, width: number) => string | Row
  style?: Style
  /** By what it is sorted; a column without cannot be. */
  sort?: (item: Item) => number | string
}

export interface Laid<Item> {
  column: Column<Item>
  width: number
}

const gap = 2

/** The columns that there is room for, in their order, with their widths. */
export function layOut<Item>(columns: readonly Column<Item>[], room: number): Laid<Item>[] {
  const kept = new Set<Column<Item>>()
  let used = -gap
  for (const column of columns.toSorted((a, b) => a.priority - b.priority)) {
    if (kept.size > 0 && used + gap + column.width > room) break
    kept.add(column)
    used += gap + column.width
  }
  const laid = columns.filter((column) => kept.has(column)).map((column) => ({ column, width: Math.min(column.width, room) }))
  let left = Math.max(0, room - used)
  const growing = laid.filter(({ column }) => column.most !== undefined)
  for (const [index, one] of growing.entries()) {
    const more = Math.min(Math.ceil(left / (growing.length - index)), (one.column.most ?? 0) - one.width)
    one.width += Math.max(0, more)
    left -= Math.max(0, more)
  }
  return laid
}

export interface Sorting<Key extends string = string> {
  key: Key
  reverse: boolean
}

export function headerRow<Item>(laid: readonly Laid<Item>[], sorting: Sorting | null, arrows: { up: string; down: string }): Row {
  const cells = laid.map(({ column: { key, title, align }, width: wide }) => {
    const isSorted = sorting?.key === key
    const mark = isSorted ? (sorting.reverse ? arrows.down : arrows.up) : ''
    const style = isSorted ? 'title' : 'header'
    // Where a title takes all of its column, the mark stands in the gap before it.
    const isBefore = align === 'right' && title.length === wide
    const text = isBefore ? title : `${title.slice(0, wide - mark.length)}${mark}`
    return { before: isBefore ? mark : '', style, cell: aligned([span(text, style)], wide, align) } as const
  })
  return cells.flatMap(({ before, style, cell }, index) => (index === 0 ? cell : [span(' '.repeat(gap - before.length)), ...(before === '' ? [] : [span(before, style)]), ...cell]))
}

export function itemRow<Item>(laid: readonly Laid<Item>[], item: Item, room: number, isChosen: boolean): Row {
  const row = joined(
    laid.map(({ column, width: wide }) => {
      const cell = column.cell(item, wide)
      return aligned(typeof cell === 'string' ? [span(cell, column.style ?? 'text')] : cell, wide, column.align)
    }),
  )
  return isChosen ? chosen(fit(row, room)) : row
}

function aligned(cell: Row, wide: number, align: 'left' | 'right'): Row {
  const missing = wide - width(cell)
  if (missing <= 0 || align === 'left') return fit(cell, wide)
  return [span(' '.repeat(missing)), ...cell]
}

const joined = (cells: readonly Row[]): Row => cells.flatMap((cell, index) => (index === 0 ? cell : [span(' '.repeat(gap)), ...cell]))

/** Those without a figure (NaN, an empty text) come last, whatever the direction. */
export function sorted<Item>(items: readonly Item[], columns: readonly Column<Item>[], sorting: Sorting | null): Item[] {
  const by = columns.find(({ key }) => key === sorting?.key)?.sort
  if (by === undefined || sorting === null) return [...items]
  const sign = sorting.reverse ? -1 : 1
  const isNone = (value: number | string) => value === '' || Number.isNaN(value)
  return items.toSorted((a, b) => {
    const [left, right] = [by(a), by(b)]
    if (isNone(left) || isNone(right)) return Number(isNone(left)) - Number(isNone(right))
    return left < right ? -sign : left > right ? sign : 0
  })
}

/** The first row of a window of `height` rows that has `cursor` in it, moved no more than needed. */
export function windowFrom(from: number, cursor: number, height: number, total: number): number {
  const least = Math.max(0, cursor - height + 1)
  const most = Math.max(0, Math.min(cursor, total - height))
  return Math.min(Math.max(from, least), Math.max(most, least))
}
