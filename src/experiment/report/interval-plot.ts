import type { ComparedMetric } from '../compare/compare-trials.ts'
import { html, type Html } from './markup.ts'

const width = 120
const middle = width / 2
/** The edges are a quarter and four times the baseline. */
const edge = Math.log(4)

/** Where the estimate and its interval are: no difference in the middle, less to the left. Readable without scripts. */
export function intervalPlot({ scale, ratio, difference, verdict = 'inconclusive' }: ComparedMetric): Html {
  const isRatio = scale === 'ratio' && ratio !== undefined
  const { estimate, interval } = isRatio ? ratio : difference
  if (interval === undefined) return html``
  const widest = Math.max(Math.abs(interval.low), Math.abs(interval.high)) || 1
  const at = (value: number): number => {
    const share = isRatio ? Math.log(value) / edge : value / widest / 1.2
    return Number((middle + Math.max(-1, Math.min(1, share)) * (middle - 5)).toFixed(1))
  }
  const [low, high] = [at(interval.low), at(interval.high)]
  return html`<svg class="interval ${verdict}" width="${width}" height="16" viewBox="0 0 ${width} 16" aria-hidden="true"><path class="zero" d="M${middle} 0V16"/><path class="range" d="M${low} 8H${Math.max(high, low + 1)}"/><circle cx="${at(estimate)}" cy="8" r="3.5"/></svg>`
}
