import type { LinkOptions } from '../../link-model/index.ts'
import { percentile } from '../../testbed/index.ts'
import { exactly, type Finding, judge, type Tolerances } from './finding.ts'
import { serialization, smallFrame } from './frames.ts'
import type { ProbeResult, Schedule } from './probes/protocol.ts'

/** Probes that only warm up what they pass. */
const warmUp = 10
const meanGap = 1e6
/** Delays that are normally distributed are hardly ever so many deviations from their mean. */
const normalReach = 4
/** 99 % of what is normally distributed is within so many deviations. */
const usualReach = 2.58

/** How far delays are from the mean, ns. */
const reachOf = ({ jitter = 0, distribution }: LinkOptions): number => jitter * (distribution === 'normal' ? normalReach : 1)
const deviationOf = ({ jitter = 0, distribution }: LinkOptions): number => (distribution === 'normal' ? jitter : jitter / Math.sqrt(3))

/**
 * Light probes at times that nothing on the way can fall into step with (a Poisson process, RFC 2330, 11.1.1), but no
 * closer than that one does not wait for the one before.
 */
export function scheduleDelay(link: LinkOptions, seconds: number, random: () => number): Schedule {
  const least = 4 * serialization(link.rate, smallFrame) + (link.reorder === true ? 0 : 2 * reachOf(link))
  const count = warmUp + Math.max(20, Math.round((seconds * 1e9) / (least + meanGap)))
  let time = 0
  return { kind: 'times', at: Float64Array.from({ length: count }, () => (time += least - meanGap * Math.log(1 - random()))) }
}

/** What the path adds to the time that the probes take on the link, against what was asked. */
export function findDelay(link: LinkOptions, { sentAt, arrivals }: ProbeResult, tolerances: Tolerances): Finding[] {
  const own = serialization(link.rate, smallFrame)
  const took = [...arrivals.number]
    .flatMap((number, index) => (number < warmUp ? [] : [(arrivals.at[index] ?? Number.NaN) - (sentAt[number] ?? Number.NaN) - own]))
    .filter((value) => !Number.isNaN(value))
    .toSorted((a, b) => a - b)
  const probes = took.length
  if (probes === 0) return [untold(link)]
  const find = (subject: 'delay' | 'delay p99', measured: number, tolerance: number): Finding =>
    judge({ subject, unit: 'ns', asked: exactly(link.delay), measured, tolerance, probes })
  // Of a rate that varies only what finds the link at its best is known.
  if (link.rate.kind !== 'constant') return [find('delay', percentile(took, 0), tolerances.delay)]
  const deviation = deviationOf(link)
  // Of a sample of normal values the median varies by 1.25 deviations by √n, and the deviation by 0.71.
  const sampling = (usualReach * deviation) / Math.sqrt(probes)
  const median = find('delay', percentile(took, 0.5), tolerances.delay + sampling * (link.distribution === 'normal' ? 1.25 : 1.73))
  if (deviation === 0) return [median, find('delay p99', percentile(took, 0.99), tolerances.delayP99)]
  const measured = Math.sqrt(took.reduce((sum, value) => sum + (value - mean(took)) ** 2, 0) / (probes - 1))
  return [median, judge({ subject: 'jitter', unit: 'ns', asked: exactly(deviation), measured, tolerance: tolerances.delay + sampling * 0.71, probes })]
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const untold = ({ delay }: LinkOptions): Finding => ({
  subject: 'delay',
  unit: 'ns',
  asked: exactly(delay),
  measured: Number.NaN,
  error: Number.NaN,
  tolerance: 0,
  probes: 0,
  verdict: 'off',
  reason: 'no probe has come',
})
