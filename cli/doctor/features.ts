import type { FeatureFound } from '../../src/kernel/index.ts'
import { type Finding, no, unknown, yes } from './finding.ts'

/** What the kernel is too old for, of all that ccdk can make use of, in one finding. */
export function featuresFinding(features: readonly FeatureFound[]): Finding {
  const what = 'BPF features'
  const having = (answer: FeatureFound['answer']) => features.filter((feature) => feature.answer === answer)
  const detail = `${having('yes').length} of ${features.length}`
  const lacking = having('no')
  if (lacking.length > 0) {
    return no(what, detail, `not here: ${lacking.map(({ what: name, since }) => `${name} (Linux ${since})`).join(', ')}`)
  }
  const open = having('unknown')
  if (open.length > 0) return unknown(what, detail, `could not be tried: ${open.map(({ what: name }) => name).join(', ')}`)
  return yes(what, detail)
}
