const prefixes = ['', 'k', 'M', 'G', 'T']

/** A rate in bit/s with three digits that count: `12.3 Gbit/s`. */
export function bitRate(bitsPerSecond: number): string {
  let value = Math.max(0, bitsPerSecond)
  let step = 0
  while (value >= 1000 && step < prefixes.length - 1) {
    value /= 1000
    step += 1
  }
  return `${value.toPrecision(3)} ${prefixes[step]}bit/s`
}

/** A time in ms, to the microsecond where that is much of it. */
export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(3) : ms.toFixed(1)} ms`
