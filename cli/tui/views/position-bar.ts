import { plain, type Row, span } from '../screen/row.ts'
import type { Area } from '../screen/panel.ts'
import { timeOf } from '../state/seek.ts'
import type { Situation } from '../state/ui.ts'
import type { Glyphs } from '../theme/glyphs.ts'

/** Where a replay stands: the file, a bar, and the time since it began of all its time. */
export function positionBar({ file, player }: NonNullable<Situation['replay']>, { columns }: Area, glyphs: Glyphs): Row {
  const [first = 0, now = first, last = now] = [0, player.position, player.length - 1].map((index) => timeOf(player, index) ?? undefined)
  const wide = Math.max(8, Math.floor(columns / 6))
  const at = last > first ? Math.round(((wide - 1) * (now - first)) / (last - first)) : wide - 1
  const knob = Math.max(0, Math.min(wide - 1, at))
  return [
    span(`${plain(file)} `, 'dim'),
    span(glyphs.horizontal.repeat(knob), 'title'),
    span(glyphs.live, 'title'),
    span(glyphs.horizontal.repeat(wide - 1 - knob), 'border'),
    span(` ${minutes(now - first)}`),
    span(`/${minutes(last - first)} `, 'dim'),
  ]
}

/** `2:05`, `1:02:05`. */
function minutes(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, rest] = [Math.floor(seconds / 3600), seconds % 3600]
  const short = `${Math.floor(rest / 60)}:${two(rest % 60)}`
  return hours === 0 ? short : `${hours}:${short.padStart(5, '0')}`
}
