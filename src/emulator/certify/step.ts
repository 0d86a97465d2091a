import type { LinkOptions } from '../../link-model/index.ts'
import { percentile } from '../../testbed/index.ts'
import { exactly, type Finding, judge, type Tolerances } from './finding.ts'
import { serialization } from './frames.ts'
import type { ProbeResult, Schedule } from './probes/protocol.ts'

/** How fast the queue is filled past the step, in parts of the rate. */
const overload = 1.3
/** From a bit below the step to a bit above it. */
const [below, above] = [0.7, 1.3]
const fewest = 5

interface Step {
  /** In frames of the largest size. */
  frames: number
  unit: 'packets' | 'bytes' | 'ns'
  /** What a frame is in the unit. */
  each: number
}

/** Undefined for a link that does not mark from a step on, or whose rate varies. */
function stepOf({ rate, queue }: LinkOptions, frame: number): Step | undefined {
  if (queue.kind !== 'step' || rate.kind !== 'constant' || rate.rate === Infinity) return undefined
  const time = serialization(rate, frame)
  if (queue.packets !== undefined) return { frames: queue.packets, unit: 'packets', each: 1 }
  if (queue.bytes !== undefined) return { frames: queue.bytes / frame, unit: 'bytes', each: frame }
  return queue.delay === undefined ? undefined : { frames: queue.delay / time, unit: 'ns', each: time }
}

/** Fills the queue over its step, slowly where that is. */
export function scheduleStep(link: LinkOptions, frame: number): Schedule | undefined {
  const step = stepOf(link, frame)
  if (step === undefined || link.rate.kind !== 'constant') return undefined
  const first = Math.ceil(Math.max(1, below * step.frames))
  const more = Math.ceil(((above - below) * step.frames + 4 * fewest) / (overload - 1)) * overload
  return { kind: 'paced', count: first + Math.ceil(more), perSecond: (link.rate.rate / 8 / frame) * overload, first, burst: 512 }
}

/**
 * The shortest queue that a marked packet has found, and the longest of one that was not marked: by how long each took,
 * as all of them have one size. Of each a hundredth may be otherwise: those are packets that were seen late.
 */
export function findStep(link: LinkOptions, frame: number, { sentAt, arrivals }: ProbeResult, tolerances: Tolerances): Finding[] {
  const step = stepOf(link, frame)
  if (step === undefined) return []
  const time = serialization(link.rate, frame)
  const found = { marked: [] as number[], unmarked: [] as number[] }
  for (const [index, number] of arrivals.number.entries()) {
    const waited = (arrivals.at[index] ?? Number.NaN) - (sentAt[number] ?? Number.NaN) - link.delay - time
    if (Number.isNaN(waited)) continue
    // One is on the link, and it finds the others.
    const ahead = step.unit === 'ns' ? waited : Math.max(0, Math.ceil(waited / time) - 1) * step.each
    found[arrivals.ecn[index] === 3 ? 'marked' : 'unmarked'].push(ahead)
  }
  const asked = step.frames * step.each
  const tolerance = step.each + ((tolerances.delayP99 + 2 * (link.jitter ?? 0)) / time) * step.each
  const find = (subject: 'marked from' | 'unmarked to', values: number[], range: Finding['asked'], share: number): Finding => {
    const facts = { subject, unit: step.unit, asked: range, tolerance, probes: values.length } as const
    if (values.length < fewest) {
      const reason = `only ${values.length} probes were ${subject.startsWith('un') ? 'left unmarked' : 'marked'}`
      return { ...facts, measured: Number.NaN, error: Number.NaN, verdict: 'off', reason }
    }
    return judge({ ...facts, measured: percentile(values.toSorted((a, b) => a - b), share) })
  }
  return [
    find('marked from', found.marked, exactly(asked + (step.unit === 'ns' ? 0 : step.each)), 0.01),
    find('unmarked to', found.unmarked, exactly(asked), 0.99),
  ]
}
