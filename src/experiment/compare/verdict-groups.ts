import type { ComparedMetric } from './compare-trials.ts'

/** What can be said of a metric, in the order in which it is told. */
export const verdictGroups: Readonly<Record<string, (metric: ComparedMetric) => boolean>> = {
  better: ({ verdict }) => verdict === 'better',
  worse: ({ verdict }) => verdict === 'worse',
  'no difference that matters': ({ verdict, isNegligible }) => verdict === 'inconclusive' && isNegligible === true,
  inconclusive: ({ verdict, isNegligible }) => verdict === 'inconclusive' && isNegligible !== true,
}
