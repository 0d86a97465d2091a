const prefixes = [
  { factor: 1e9, prefix: 'G' },
  { factor: 1e6, prefix: 'M' },
  { factor: 1e3, prefix: 'k' },
  { factor: 1, prefix: '' },
] as const

const times = [
  { factor: 1e9, unit: 's' },
  { factor: 1e6, unit: 'ms' },
  { factor: 1e3, unit: 'µs' },
  { factor: 1, unit: 'ns' },
] as const

const none = '–'

/** A figure with its unit, in three or four digits, as a person would write it. */
export function figure(value: number, unit: string): string {
  if (!Number.isFinite(value)) return none
  switch (unit) {
    case 'ns':
    case 'us':
    case 'ms':
    case 's':
      return time(value * { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[unit])
    case 'bit/s':
      return scaled(value, 'bit/s')
    case 'bytes/s':
      return scaled(value * 8, 'bit/s')
    case 'bytes':
      return scaled(value, 'B')
    case 'share':
      return `${digits(value * 100)} %`
    case '':
      return digits(value)
    default:
      return `${digits(value)} ${unit}`
  }
}

function scaled(value: number, unit: string): string {
  const { factor, prefix } = prefixes.find((one) => Math.abs(value) >= one.factor) ?? { factor: 1, prefix: '' }
  return `${digits(value / factor)} ${prefix}${unit}`
}

function time(ns: number): string {
  const { factor, unit } = times.find((one) => Math.abs(ns) >= one.factor) ?? { factor: 1, unit: 'ns' }
  return `${digits(ns / factor)} ${unit}`
}

/** All digits of what is large, three of the rest. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return none
  return value < 0 ? `−${positive(-value)}` : positive(value)
}

function positive(value: number): string {
  if (value >= 1000) return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, '\u202f')
  return value > 0 && value < 1e-4 ? value.toExponential(1) : String(Number(value.toPrecision(3)))
}

/** A ratio: `0.62×`. */
export function multiple(value: number): string {
  if (!Number.isFinite(value)) return none
  return `${value >= 100 ? digits(value) : value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}×`
}

/** How much more, with its sign; of shares in percentage points. */
export function signed(value: number, unit: string): string {
  const words = unit === 'share' && Number.isFinite(value) ? `${digits(value * 100)} pp` : figure(value, unit)
  return `${value > 0 ? '+' : ''}${words}`
}

/** From one figure to another. A unit that both have is said once. */
export function range(low: string, high: string, between = ' to '): string {
  const unit = /[^\d.]*$/.exec(high)?.[0] ?? ''
  return `${unit !== '' && low.endsWith(unit) ? low.slice(0, -unit.length) : low}${between}${high}`
}

/** A time of a clock, ISO 8601, to the minute. */
export const minute = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/, '$1 $2 UTC')

export const probability = (p: number): string => (p < 0.0001 ? '< 0.0001' : String(Number(p.toPrecision(2))))

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
