import type { ComparedArms, ComparedMetric, ExperimentComparison } from '../../compare/compare-trials.ts'
import { metricNames } from '../../measure/metric-table.ts'
import { fewestBlocks } from '../../statistics/paired.ts'
import type { Scenario } from '../../store/experiment.ts'
import { figure, multiple, plural, probability, range, signed } from '../format.ts'
import { intervalPlot } from '../interval-plot.ts'
import { html, type Html, table } from '../markup.ts'
import { anchorOf, placeWords } from '../places.ts'

/** All verdicts at a glance, and the gates. */
export function verdictsSection({ comparisons, gates }: ExperimentComparison, scenarios: readonly Scenario[]): Html {
  return html`<section id="verdicts">
<h2>Verdicts</h2>
${verdictTable(comparisons, scenarios)}
${tooFew(comparisons)}
${gates.length === 0 ? '' : gatesTable(gates, scenarios)}
<p class="note">▲ better, ▼ worse, ≈ no difference that matters, · inconclusive. A verdict is of the metrics of one scenario and design together: where arms do not differ, 5 % of these have any “better” or “worse”.
“+5 blocks?” is about how many more would settle it, and ↑ ↓ in how many blocks a figure was higher and lower.
Figures are how many times the baseline's (or, with a sign, how much more). Those of arms alone on the link and mixed on one link answer different questions.</p>
</section>
`
}

function verdictTable(comparisons: readonly ComparedArms[], scenarios: readonly Scenario[]): Html {
  if (!comparisons.some(({ metrics }) => metrics.length > 0)) return html`<p>There is nothing to compare yet: no block has a valid trial of both arms.</p>`
  const [only, ...others] = comparisons
  return only !== undefined && others.length === 0 ? comparisonTable(only) : overview(comparisons, scenarios)
}

function tooFew(comparisons: readonly ComparedArms[]): Html {
  const least = fewestBlocks(0.05)
  const isShort = comparisons.some(({ blocks, metrics }) => metrics.length > 0 && blocks.length < least)
  return isShort ? html`<p>With fewer than ${least} blocks nothing can be called better or worse, whatever they say.</p>` : html``
}

/** A line for each metric, a column for each scenario and design. */
function overview(comparisons: readonly ComparedArms[], scenarios: readonly Scenario[]): Html {
  const judged = comparisons.flatMap(({ metrics }) => metrics.filter(({ verdict }) => verdict !== undefined))
  const isWhole = new Set(comparisons.map(({ candidate }) => candidate)).size === 1
  const columns = comparisons.map((compared) => {
    const place = `${placeWords(compared, scenarios)}${isWhole ? '' : `: ${compared.candidate}`}`
    return { title: html`<a href="#${anchorOf(compared)}">${place}</a>` }
  })
  const rows = namesOf(judged).map((name) => [
    name,
    ...comparisons.map(({ metrics }) => {
      const metric = metrics.find((one) => one.name === name)
      return metric === undefined ? '' : verdictMark(metric)
    }),
  ])
  return table([{ title: 'Metric' }, ...columns], [...rows, ['blocks', ...comparisons.map(({ blocks }) => blocks.length)]])
}

/** In the order of the table of metrics, which no comparison has to have whole. */
function namesOf(metrics: readonly ComparedMetric[]): string[] {
  const names = new Set(metrics.map(({ name }) => name))
  return [...metricNames.filter((name) => names.has(name)), ...[...names].filter((name) => !metricNames.includes(name))]
}

const marks = { better: '▲', worse: '▼', negligible: '≈', inconclusive: '·' } as const

function verdictMark(metric: ComparedMetric): Html {
  const { verdict = 'inconclusive' } = metric
  const isSame = verdict === 'inconclusive' && metric.isNegligible === true
  return html`<span class="verdict ${verdict}"><span aria-hidden="true">${marks[isSame ? 'negligible' : verdict]}</span> ${change(metric)}<span class="unseen"> ${isSame ? 'no difference that matters' : verdict}</span></span>`
}

/** On the scale on which it was judged. */
function change({ scale, ratio, difference, unit }: ComparedMetric): string {
  return scale === 'ratio' && ratio !== undefined ? multiple(ratio.estimate) : signed(difference.estimate, unit)
}

function gatesTable(gates: ExperimentComparison['gates'], scenarios: readonly Scenario[]): Html {
  const rows = gates.map(({ gate, unit, scenario, design, passed, sure, left, right, blocks, holdsIn }) => [
    html`<code>${gate}</code>`,
    placeWords({ scenario, design }, scenarios),
    html`<span class="verdict ${passed ? 'better' : 'worse'}">${passed ? 'holds' : 'fails'}</span>${sure ? '' : ', not surely'}`,
    figure(left, unit),
    figure(right, unit),
    `${holdsIn} of ${blocks}`,
  ])
  const columns = [{ title: 'Gate' }, { title: 'Scenario, design' }, { title: 'Verdict' }, { title: 'Left', isNumber: true }, { title: 'Right', isNumber: true }, { title: 'Holds in blocks', isNumber: true }]
  return table(columns, rows, 'Gates')
}

/** All figures of two arms in one scenario and design. */
export function comparisonTable({ baseline, candidate, metrics, incomplete, blocks }: ComparedArms): Html {
  if (metrics.length === 0) return html`<p>${candidate} cannot be compared with ${baseline}: no block has a valid trial of both.</p>`
  const columns = [
    { title: 'Metric' },
    { title: baseline, isNumber: true },
    { title: candidate, isNumber: true },
    { title: 'Change', isNumber: true },
    { title: '95 % interval', isNumber: true },
    { title: 'less, more' },
    { title: '↑ ↓ blocks', isNumber: true },
    { title: 'p', isNumber: true },
    { title: 'Cliff’s δ', isNumber: true },
    { title: 'Verdict' },
  ]
  return html`${table(columns, metrics.map(rowOf), `${candidate} against ${baseline}, ${plural(blocks.length, 'block')}, medians`)}
${incomplete.length === 0 ? '' : html`<p class="note">Not compared, because some blocks have no figure: ${incomplete.join(', ')}.</p>`}`
}

function rowOf(metric: ComparedMetric): (string | Html)[] {
  const { name, unit, baseline, candidate, scale, ratio, difference, higherIn, lowerIn, test, cliffsDelta, verdict } = metric
  const { interval } = scale === 'ratio' && ratio !== undefined ? ratio : difference
  const bound = (value: number): string => (scale === 'ratio' ? multiple(value) : signed(value, unit))
  return [
    name,
    figure(baseline, unit),
    figure(candidate, unit),
    change(metric),
    interval === undefined ? '–' : range(bound(interval.low), bound(interval.high)),
    intervalPlot(metric),
    `${higherIn} · ${lowerIn}`,
    probability(test.adjusted),
    cliffsDelta.toFixed(2).replace('-', '−'),
    verdict === undefined ? html`<span class="verdict none">not judged</span>` : html`<span class="verdict ${verdict}">${verdictWords(metric)}</span>`,
  ]
}

function verdictWords({ verdict, isNegligible, further }: ComparedMetric): string {
  if (verdict !== 'inconclusive') return `${verdict ?? ''}${isNegligible === true ? ', by less than matters' : ''}`
  if (isNegligible === true) return 'no difference that matters'
  if (further === undefined) return 'inconclusive'
  return further.likely >= 1000 ? 'inconclusive' : `inconclusive: +${plural(further.likely, 'block')}?`
}
