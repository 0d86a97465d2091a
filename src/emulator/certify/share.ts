import { type LossOptions, meanLoss } from '../../link-model/index.ts'
import { binomialInterval } from './binomial.ts'
import { distance, exactly, type Finding, type Subject, type Tolerances } from './finding.ts'

/** With fewer expected hits than these, twice as many as asked would hardly be seen. */
const fewestHits = 5

interface Counted {
  subject: Subject
  hits: number
  trials: number
  /** The share that was asked for. */
  asked: number
  /** What picks the packets: bursts tell less than so many single packets. */
  picked?: LossOptions | undefined
}

/** A share of probes against what was asked for, by the binomial's exact interval. */
export function findShare({ subject, hits, trials, asked, picked }: Counted, { confidence }: Tolerances): Finding {
  const measured = trials === 0 ? Number.NaN : hits / trials
  const facts = { subject, unit: 'share', asked: exactly(asked), measured, error: measured - asked, probes: trials } as const
  if (trials === 0) return { ...facts, tolerance: 0, verdict: 'off', reason: 'no probes have come' }
  if (asked === 0 || asked === 1) return { ...facts, tolerance: 0, verdict: measured === asked ? 'ok' : 'off', reason: '' }
  if (picked?.kind === 'periodic') {
    // Which of them is the first is not known.
    const tolerance = 1 / trials
    return { ...facts, tolerance, ...tell(Math.abs(facts.error) <= tolerance, hits, trials * asked) }
  }
  const worth = picked === undefined ? 1 : 1 / inflation(picked)
  const { low, high } = binomialInterval(hits * worth, trials * worth, confidence)
  const tolerance = measured < asked ? high - measured : measured - low
  return { ...facts, tolerance, ...tell(distance(asked, { least: low, most: high }) === 0, hits, trials * asked * worth) }
}

function tell(isInside: boolean, hits: number, expected: number): Pick<Finding, 'verdict' | 'reason'> {
  if (!isInside) return { verdict: 'off', reason: '' }
  if (Math.max(hits, expected) >= fewestHits) return { verdict: 'ok', reason: '' }
  return { verdict: 'too few', reason: `of so many probes ${expected.toFixed(1)} are expected, and ${fewestHits} would tell` }
}

/**
 * How many packets tell as much as a single one would that nothing else depends on: the variance of their number is so much
 * larger than the binomial's. After k packets the chain of states keeps a part of (1 - toBad - toGood)^k.
 */
export function inflation(picked: LossOptions): number {
  if (picked.kind !== 'bursts') return 1
  const { toBad, toGood, lossInBad = 1, lossInGood = 0 } = picked
  const kept = 1 - toBad - toGood
  const all = toBad + toGood
  const share = meanLoss(picked)
  if (all === 0 || share === 0 || share === 1) return 1
  const variance = ((toBad * toGood) / all ** 2) * (lossInBad - lossInGood) ** 2
  return Math.max(1, 1 + (2 * variance * kept) / ((1 - kept) * share * (1 - share)))
}
