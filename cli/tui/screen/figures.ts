/** Figures as the lists show them: short, three digits that count, and always the same width for the same unit. */

const prefixes = ['', 'k', 'M', 'G', 'T', 'P']

/** `1.23 M`, `12.3 k`, `123`: with a decimal prefix. */
export function scaled(number: number, unit = ''): string {
  let value = Math.max(0, number)
  let step = 0
  // What would be rounded to 1000 belongs to the next prefix.
  while (value >= 999.5 && step < prefixes.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = step === 0 ? (value < 9.995 && !Number.isInteger(value) ? 1 : 0) : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${prefixes[step]}${unit}`.trimEnd()
}

/** A time in µs, in the unit that suits it: `812 µs`, `12.3 ms`, `1.20 s`. */
export function time(us: number): string {
  if (us < 999.5) return `${us.toFixed(0)} µs`
  if (us < 999_500) return `${threeDigits(us / 1000)} ms`
  return us < 99_950_000 ? `${threeDigits(us / 1e6)} s` : `${(us / 60e6).toFixed(1)} min`
}

const threeDigits = (value: number): string => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)

/** Bytes a second as bits: `12.3 Mbit/s`. */
export const bits = (bytesPerSecond: number): string => scaled(8 * bytesPerSecond, 'bit/s')

/** A share of one: `12.3 %`, and `<0.1 %` for what is there but small. */
export function percent(share: number): string {
  const value = 100 * share
  if (value > 0 && value < 0.05) return '<0.1 %'
  return `${value.toFixed(value >= 99.95 ? 0 : 1)} %`
}

/** `12 s`, `3 min`, `2.5 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(1000 * seconds)} ms`
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** What stands where there is no figure. */
export const none = '–'

export const orNone = <Value>(value: Value | null | undefined, show: (value: Value) => string): string =>
  value === null || value === undefined ? none : show(value)

/** The time of day of an ISO time, as this machine has it: `18:40:12`. */
export function clock(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return none
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
