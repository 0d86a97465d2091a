/** Nothing can be said when the measurement was disturbed, or when too few probes would show the difference. */
export type Verdict = 'ok' | 'off' | 'disturbed' | 'too few'

/** What is measured. */
export type Subject =
  | 'rate'
  | 'delay'
  | 'delay p99'
  | 'jitter'
  | 'loss'
  | 'loss bursts'
  | 'marks'
  | 'marked from'
  | 'unmarked to'
  | 'duplicates'
  | 'reordered'

/** One thing that was asked for, and what was found. */
export interface Finding {
  subject: Subject
  /** Of what was asked for and what was measured; a `share` is from 0 to 1. */
  unit: 'bit/s' | 'ns' | 'share' | 'packets' | 'bytes'
  /** Anything between the two is right. */
  asked: { least: number; most: number }
  measured: number
  /** How far the measured is from what is right, and how far it may be: in the unit, of a rate in parts of it. */
  error: number
  tolerance: number
  /** How many probes it rests on. */
  probes: number
  verdict: Verdict
  /** Why nothing can be said, or what else there is to say; empty when nothing is. */
  reason: string
}

export interface Tolerances {
  /** Part of the rate. */
  rate: number
  /** Of the median, and of the delay that one of a hundred packets exceeds, ns. */
  delay: number
  delayP99: number
  /** With which confidence a share is told from what was asked for: 0.99 takes one right path of 100 for a wrong one. */
  confidence: number
}

export const usualTolerances: Tolerances = { rate: 0.005, delay: 50e3, delayP99: 300e3, confidence: 0.99 }

export const exactly = (value: number): Finding['asked'] => ({ least: value, most: value })

/** How far a value is from a range, with its sign; 0 inside. */
export const distance = (value: number, { least, most }: Finding['asked']): number =>
  value < least ? value - least : value > most ? value - most : 0

/** Whether a value is within the tolerance of what was asked for. */
export function judge(facts: Omit<Finding, 'error' | 'verdict' | 'reason'>): Finding {
  const { asked, measured, unit } = facts
  const error = distance(measured, asked) / (unit === 'bit/s' ? asked.least : 1)
  return { ...facts, error, verdict: Math.abs(error) <= facts.tolerance ? 'ok' : 'off', reason: '' }
}

/** What cannot be said to be wrong, because of what disturbed the measurement. */
export const excuse = (finding: Finding, disturbances: readonly string[]): Finding =>
  finding.verdict !== 'off' || disturbances.length === 0
    ? finding
    : { ...finding, verdict: 'disturbed', reason: disturbances.join('; ') }
