import { bitRate, byteCount } from '../output/units.ts'

/** A figure with its unit, as people read it. */
export function figure(value: number, unit: string): string {
  if (!Number.isFinite(value)) return ''
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const times: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }
  const time = times[unit]
  if (time !== undefined) return `${sign}${timeOf(size * time)}`
  switch (unit) {
    case 'bit/s':
      return `${sign}${bitRate(size)}`
    case 'bytes':
    case 'B':
      return `${sign}${byteCount(size)}`
    case 'share':
      return percent(value)
    default:
      return `${digits(value)}${unit === '' ? '' : ` ${unit}`}`
  }
}

function timeOf(ns: number): string {
  if (ns >= 1e9) return `${digits(ns / 1e9)} s`
  if (ns >= 1e6) return `${digits(ns / 1e6)} ms`
  return ns >= 1e3 ? `${digits(ns / 1e3)} µs` : `${digits(ns)} ns`
}

const digits = (value: number): string => String(Number(value.toPrecision(3)))

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`

/** How much more or less: `+5.2%`, or `3.1×` where that is much. */
export function change(ratio: number): string {
  if (ratio >= 2 || ratio <= 0.1) return `${digits(ratio)}×`
  return `${ratio >= 1 ? '+' : ''}${percent(ratio - 1)}`
}
