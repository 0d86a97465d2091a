const prefixes = ['', 'k', 'M', 'G', 'T', 'P']

/** With three digits that count and a decimal prefix: `12.3 G`. */
function scaled(number: number): string {
  let value = Math.max(0, number)
  let step = 0
  // What would be rounded to 1000 belongs to the next prefix.
  while (value >= 999.5 && step < prefixes.length - 1) {
    value /= 1000
    step += 1
  }
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value === 0 ? '0' : value.toFixed(digits)} ${prefixes[step]}`
}

/** A rate in bit/s: `12.3 Gbit/s`. */
export const bitRate = (bitsPerSecond: number): string => `${scaled(bitsPerSecond)}bit/s`

/** An amount of data: `12.3 GB`. */
export const byteCount = (bytes: number): string => `${scaled(bytes)}B`

/** A time in ms, to the microsecond where that is much of it. */
export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(3) : ms.toFixed(1)} ms`

/** A whole number with commas: `1,234,567`. Not by Intl, whose first use takes longer than to register an algorithm. */
export const grouped = (number: number | bigint): string => String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')

/** `1 program`, `2 programs`, `2 processes`. */
export function count(number: number, noun: string): string {
  const ending = number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'
  return `${grouped(number)} ${noun}${ending}`
}
