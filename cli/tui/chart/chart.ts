import type { Area } from '../screen/panel.ts'
import { fit, type Row, span } from '../screen/row.ts'
import type { Style } from '../theme/styles.ts'
import { canvas } from './canvas.ts'

export interface Curve {
  style: Style
  /** One to each time; null where there is none. */
  values: readonly (number | null)[]
}

export interface ChartFacts extends Area {
  /** Ascending, in any unit. */
  times: readonly number[]
  /** What is shown of them. */
  from: number
  to: number
  curves: readonly Curve[]
  unit: (value: number) => string
  /** What lies above, or nothing: the scale begins at zero. */
  braille: boolean
}

/** Where the figures of the scale stand. */
export const scaleWidth = 11

/** Curves over time, with a scale from zero to a round figure above the highest value that is shown. */
export function chart({ times, from, to, curves, unit, columns, rows, braille }: ChartFacts): Row[] {
  // An odd number of lines has a middle one, for the half of the scale.
  const height = rows >= 5 && rows % 2 === 0 ? rows - 1 : Math.max(1, rows)
  const plot = canvas(Math.max(1, columns - scaleWidth - 1), height, braille)
  const first = countOf(times, (time) => time < from)
  const end = countOf(times, (time) => time <= to)
  const top = roundAbove(highest(curves, Math.max(0, first - 1), end))
  for (const curve of curves) draw(plot, curve, { times, first, end, from, to, top })
  const lines = plot.rows()
  const at = (y: number): string => {
    if (y === 0) return unit(top)
    if (y === lines.length - 1) return '0'
    return lines.length >= 5 && 2 * y === lines.length - 1 ? unit(top / 2) : ''
  }
  const above: Row[] = height < rows ? [[]] : []
  const drawn = lines.map((line, y) => fit([span(at(y).padStart(scaleWidth), 'dim'), span(' '), ...line], columns))
  return [...above, ...drawn]
}

interface Frame {
  times: readonly number[]
  first: number
  end: number
  from: number
  to: number
  top: number
}

/**
 * A value holds until the next one. In a column with several the line goes from the least to the greatest of them, so
 * that a short drop is seen at any zoom.
 */
function draw(plot: ReturnType<typeof canvas>, { values, style }: Curve, { times, first, end, from, to, top }: Frame): void {
  const height = (value: number): number => Math.round((Math.min(value, top) / top) * (plot.height - 1))
  const lastTime = times.at(-1) ?? from
  let index = first
  let held = first > 0 ? (values[first - 1] ?? null) : null
  for (let x = 0; x < plot.width; x += 1) {
    // What is at the very end belongs to the last column.
    const until = x === plot.width - 1 ? Infinity : from + ((x + 1) * (to - from)) / plot.width
    let low = held
    let high = held
    for (; index < end && (times[index] ?? Infinity) < until; index += 1) {
      held = values[index] ?? null
      if (held === null) continue
      low = low === null ? held : Math.min(low, held)
      high = high === null ? held : Math.max(high, held)
    }
    // Behind the last event nothing is known.
    const isOver = index >= times.length && from + (x * (to - from)) / plot.width > lastTime
    if (low === null || high === null || isOver) continue
    for (let y = height(low); y <= height(high); y += 1) plot.dot(x, y, style)
  }
}

function highest(curves: readonly Curve[], first: number, end: number): number {
  let found = 0
  for (const { values } of curves) {
    for (let index = first; index < end; index += 1) found = Math.max(found, values[index] ?? 0)
  }
  return found
}

/** 1, 2, 2.5 or 5 times a power of ten, so that the scale does not move with each value. */
export function roundAbove(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => value <= factor * power * (1 + 1e-9)) ?? 10
  return step * power
}

/** How many of ascending times are early, as those before them are. */
function countOf(times: readonly number[], isEarly: (time: number) => boolean): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isEarly(times[middle] ?? Infinity)) low = middle + 1
    else high = middle
  }
  return low
}

/** The last values as a line of bars, the newest at the right. */
export function sparkline(values: readonly number[], columns: number, bars: readonly string[]): string {
  const shown = values.slice(-columns)
  const top = Math.max(...shown, 0)
  const signs = shown.map((value) => (top === 0 || value <= 0 ? bars[0] : bars[Math.max(1, Math.round((value / top) * (bars.length - 1)))]))
  return signs.join('').padStart(columns)
}
