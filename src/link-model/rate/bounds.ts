import { nsPerByte } from './rate.ts'
import type { RateOptions } from './options.ts'
import { nsPerMs, parseTrace } from './trace.ts'

/** The rate by which queues are measured, bit/s: the highest of steps, the mean of a trace. */
export function nominalRate(options: RateOptions): number {
  switch (options.kind) {
    case 'constant':
      return options.rate
    case 'steps':
      return Math.max(...options.steps.map(({ rate }) => rate))
    case 'trace': {
      const { times, opportunity } = parseTrace(options)
      return (times.length * opportunity * 8e9) / ((times.at(-1) ?? 0) * nsPerMs)
    }
  }
}

/** No more bytes than these are sent within any time of this length, ns. */
export function mostBytes(options: RateOptions, length: number): number {
  if (options.kind !== 'trace') return (nominalRate(options) * length) / nsPerByte
  const { times, opportunity } = parseTrace(options)
  const period = times.at(-1) ?? 0
  const turns = Math.floor(length / nsPerMs / period)
  const rest = length / nsPerMs - turns * period
  let most = 0
  for (let first = 0, last = 0; first < times.length; first += 1) {
    // Counted on into the next turn.
    const timeOf = (index: number): number => (times[index % times.length] ?? 0) + (index < times.length ? 0 : period)
    while (last < 2 * times.length && timeOf(last) <= timeOf(first) + rest) last += 1
    most = Math.max(most, last - first)
  }
  return (turns * times.length + most) * opportunity
}
