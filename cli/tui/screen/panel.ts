import type { Glyphs } from '../theme/glyphs.ts'
import { fit, type Row, span, textOf, width } from './row.ts'

export interface Area {
  columns: number
  rows: number
}

/** Where a window on a list stands, for the mark on its edge. */
export interface Place {
  from: number
  shown: number
  total: number
}

interface Panel extends Area {
  title: string
  /** What stands to the right of the title. */
  note?: Row
  place?: Place
  /** Whether the cursor is in it, among others on the screen. */
  active?: boolean
}

/** What a panel leaves for what is in it. */
export const inner = ({ columns, rows }: Area): Area => ({ columns: Math.max(0, columns - 4), rows: Math.max(0, rows - 2) })

/** A box with its title in the upper edge. What does not fit is left out. */
export function panel({ title, note = [], columns, rows, place, active = false }: Panel, content: readonly Row[], glyphs: Glyphs): Row[] {
  const { topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical, ellipsis } = glyphs
  const edge = active ? 'title' : 'border'
  const line = (columns_: number): Row => (columns_ > 0 ? [span(horizontal.repeat(columns_), edge)] : [])
  const room = columns - 6
  const heading: Row = textOf(fit([span(title)], room)).trimEnd().length < title.length ? fit([span(title, 'title')], room, ellipsis) : [span(title, 'title')]
  const left: Row = [span(topLeft, edge), ...line(1), span(' '), ...heading, span(' ')]
  const free = columns - width(left) - 2
  const noted: Row = note.length > 0 && free >= 8 ? [span(' '), ...(width(note) > free - 3 ? fit(note, free - 3, ellipsis) : note), span(' '), ...line(1)] : []
  const top: Row = [...left, ...line(columns - width(left) - width(noted) - 1), ...noted, span(topRight, edge)]
  const height = Math.max(0, rows - 2)
  const thumb = thumbOf(place, height)
  const body = Array.from({ length: height }, (_, y): Row => {
    const right = y >= thumb.from && y < thumb.to ? span(glyphs.thumb, 'dim') : span(vertical, edge)
    return [span(vertical, edge), span(' '), ...fit(content[y] ?? [], columns - 4, ellipsis), span(' '), right]
  })
  return [top, ...body, [span(bottomLeft, edge), ...line(columns - 2), span(bottomRight, edge)]]
}

function thumbOf(place: Place | undefined, height: number): { from: number; to: number } {
  if (place === undefined || place.total <= place.shown || height < 2) return { from: 0, to: 0 }
  const length = Math.max(1, Math.round((height * place.shown) / place.total))
  const from = Math.round(((height - length) * place.from) / Math.max(1, place.total - place.shown))
  return { from, to: from + length }
}

/** How high each of several panels on top of each other is: those at the end go first where there is not enough. */
export function heights(wanted: readonly { least: number; most: number }[], rows: number): number[] {
  const given = wanted.map(() => 0)
  let left = rows
  for (const [index, { least }] of wanted.entries()) {
    if (least > left) break
    given[index] = least
    left -= least
  }
  for (const [index, { most }] of wanted.entries()) {
    const has = given[index] ?? 0
    if (has === 0) continue
    const more = Math.max(0, Math.min(left, most - has))
    given[index] = has + more
    left -= more
  }
  // The last one that is there takes what nobody wants.
  const last = given.findLastIndex((height) => height > 0)
  if (last >= 0) given[last] = (given[last] ?? 0) + left
  return given
}
