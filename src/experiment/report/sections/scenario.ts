import type { ExperimentComparison } from '../../compare/compare-trials.ts'
import type { StoredTrial } from '../../store/stored-trial.ts'
import type { Chart } from '../chart.ts'
import { completionChart, completionTable } from '../charts/completion.ts'
import { distributionCharts } from '../charts/distributions.ts'
import { fairnessChart } from '../charts/fairness.ts'
import { overTimeCharts } from '../charts/over-time.ts'
import { html, type Html } from '../markup.ts'
import { anchorOf, designWords, type Place } from '../places.ts'
import { comparisonTable } from './verdicts.ts'

/** One trial with what it measured, which is read only once. */
export type LoadedTrial = Pick<StoredTrial, 'trial' | 'flows' | 'samples' | 'queue'>

/** The valid trials of a scenario in one design. */
export interface Cell extends Place {
  title: string
  /** Names, the baseline first. */
  arms: readonly string[]
  trials: readonly LoadedTrial[]
}

/** What was measured there: the figures, and over time. */
export function cellSection(cell: Cell, { comparisons }: ExperimentComparison): { section: Html; charts: Chart[] } {
  const { scenario, design, title, trials } = cell
  const charts = trials.length === 0 ? [] : [...overTimeCharts(cell), ...distributionCharts(cell), ...fairnessChart(cell), ...completionChart(cell)]
  const compared = comparisons.filter((one) => one.scenario === scenario && one.design === design)
  const section = html`<section id="${anchorOf(cell)}">
<h2>${title === '' ? '' : `${title}, `}${designWords(design)}</h2>
${compared.map(comparisonTable)}
${completionTable(cell)}
<div class="charts">
${charts.map(({ id, title: what, text }) => html`<figure><figcaption>${what}</figcaption><div class="canvas"><canvas id="${id}" role="img" aria-label="${text}"></canvas></div></figure>\n`)}</div>
</section>
`
  return { section, charts }
}
