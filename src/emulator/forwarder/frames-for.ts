import { UsageError } from '../../errors/index.ts'
import type { LinkOptions, RateOptions } from '../../link-model/index.ts'
import type { EmulatorPlan } from '../plan.ts'

/** What is taken for the size of packets where bytes are to be told in packets: a full frame of Ethernet. */
const fullFrame = 1514

/** What is taken for the rate of a link that has none, bit/s. */
const mostRate = 1e10

/** Frames that a port has for what comes and goes. */
const fewestOfPort = 256

/**
 * How many frames of a umem a path takes when all its links are full: of rate × delay and of their queues, if packets are
 * full frames; and the ports'. Traffic of small packets alone can need more; what finds no frame then is counted.
 *
 * @throws UsageError for a queue without a limit: no umem is enough for it
 */
export function framesFor(links: EmulatorPlan['links'], ports = links.length + 1): number {
  const perLink = links.flatMap(({ right, left }) => [right, left]).map(framesOf)
  return perLink.reduce((sum, frames) => sum + frames, ports * fewestOfPort)
}

function framesOf({ rate, delay, jitter = 0, queue: { limit } }: LinkOptions): number {
  const queued = Math.min(limit.packets ?? Infinity, (limit.bytes ?? Infinity) / fullFrame)
  if (queued === Infinity) {
    throw new UsageError('a queue without a limit: each packet that waits takes a frame of the umem, so say how many may')
  }
  const bytes = (Math.min(mostRate, largestRate(rate)) * (delay + jitter)) / 8e9
  return Math.ceil(queued) + Math.ceil(bytes / fullFrame) + 1
}

function largestRate(options: RateOptions): number {
  switch (options.kind) {
    case 'constant':
      return options.rate
    case 'steps':
      return Math.max(0, ...options.steps.map(({ rate }) => rate))
    case 'trace':
      return traceRate(options.text)
  }
}

/** The mean of a trace in mahimahi's format: a line for every full frame, the last at its end in ms. */
function traceRate(text: string): number {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const last = Number(lines.at(-1))
  return last > 0 ? (lines.length * fullFrame * 8e3) / last : 0
}

/** Throws when a plan's links need more frames than its umem has. */
export function checkFrames({ links, ports, frames }: EmulatorPlan): void {
  const needed = framesFor(links, ports.length)
  if (frames >= needed) return
  throw new UsageError(
    `the umem has ${frames} frames, and this path can have ${needed} on their way: rate × delay and the queues of its links`,
    { hint: `give it ${needed} frames or more, or lower a rate, a delay or a limit` },
  )
}
