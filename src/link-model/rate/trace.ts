import { ObjectError, UsageError } from '../../errors/index.ts'
import type { Rate } from './rate.ts'

/** What one line of a trace lets through, bytes: a packet of 1500 and the tunnel's header that the format's tools add. */
const usualOpportunity = 1504

export const nsPerMs = 1e6

/**
 * Reads a trace in the format of mahimahi: a line is a whole number of ms since the start at which so many bytes as one
 * large packet has may leave. Lines are in order; several may name one ms. It starts again after its last line.
 *
 * Time 0 of the trace is at `origin`. Bytes that nobody wants at that moment are lost, and a packet that does not fit goes on with the next line.
 *
 * @see Netravali et al., "Mahimahi: Accurate Record-and-Replay for HTTP", USENIX ATC 2015
 */
export function traceRate(options: TraceOptions, origin = 0): Rate {
  const { times, opportunity } = parseTrace(options)
  const period = (times.at(-1) ?? 0) * nsPerMs
  const count = times.length
  const timeOf = (index: number) => origin + Math.floor(index / count) * period + (times[index % count] ?? 0) * nsPerMs
  /** The opportunity that is used now, counted over all turns, and what is left of it. */
  let current = 0
  let left = opportunity

  return {
    finish(start, bytes) {
      // What was left of one that is over is gone.
      if (timeOf(current) < start) {
        current = firstWhere((index) => timeOf(index) >= start, current, count)
        left = opportunity
      }
      const more = Math.max(0, Math.ceil((bytes - left) / opportunity))
      current += more
      left += more * opportunity - bytes
      const end = Math.max(start, timeOf(current))
      if (left === 0) {
        current += 1
        left = opportunity
      }
      return end
    },
    left(_start, bytes, now) {
      const first = Math.max(0, current - Math.ceil(bytes / opportunity) - 1)
      const over = firstWhere((index) => timeOf(index) > now, first, count)
      return Math.min(bytes, (current + 1 - over) * opportunity - left)
    },
  }
}

/** The first number from `from` on for which something holds, as it does for all that follow; likely within `step`. */
function firstWhere(holds: (index: number) => boolean, from: number, step: number): number {
  let [low, high] = [from, from + step]
  while (!holds(high)) [low, high] = [high, high + (high - low) * 2]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

export interface TraceOptions {
  text: string
  file: string
  opportunity?: number
}

/** The moments of a trace, ms, and what each lets through, bytes. */
export function parseTrace({ text, file, opportunity = usualOpportunity }: TraceOptions): { times: number[]; opportunity: number } {
  if (!(opportunity >= 1)) throw new UsageError('a line of a trace lets a byte or more through')
  const times: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const number = line.trim()
    if (number === '') continue
    const fail = (expected: string) => new ObjectError({ file, path: `line ${index + 1}`, expected })
    if (!/^\d{1,12}$/.test(number)) throw fail('a whole number of ms')
    const time = Number(number)
    if (time < (times.at(-1) ?? 0)) throw fail('a time that is not before that of the line above')
    times.push(time)
  }
  if ((times.at(-1) ?? 0) === 0) throw new ObjectError({ file, path: '', expected: 'a trace that ends after 0 ms' })
  return { times, opportunity }
}
