import type { ExperimentComparison } from '../../compare/compare-trials.ts'
import { linkLines } from '../../../spec/index.ts'
import type { ExperimentSpec } from '../../spec/experiment.ts'
import type { StoredTrial } from '../../store/stored-trial.ts'
import type { AckRecord } from '../../trial.ts'
import type { Chart } from '../chart.ts'
import { ackChart } from '../charts/acks.ts'
import { completionChart, completionTable, slowdownChart } from '../charts/completion.ts'
import { distributionCharts } from '../charts/distributions.ts'
import { fairnessChart } from '../charts/fairness.ts'
import { overTimeCharts } from '../charts/over-time.ts'
import { itemWords } from '../../workload/plans/words.ts'
import { html, type Html } from '../markup.ts'
import { anchorOf, type Place } from '../places.ts'
import { comparisonTable } from './verdicts.ts'

/** One trial with what it measured, which is read only once. */
export type LoadedTrial = Pick<StoredTrial, 'trial' | 'flows' | 'samples' | 'queue' | 'metrics'> & {
  /** Of the first block only: there may be very many. */
  acks: AckRecord | undefined
}

/** The valid trials of a scenario in one design. */
export interface Cell extends Place {
  title: string
  /** Names, the baseline first. */
  arms: readonly string[]
  /** What legends call them. */
  labels: readonly string[]
  trials: readonly LoadedTrial[]
  /** ns. */
  trafficEnd: number
}

/** What was measured there: the figures, and over time. */
export function cellSection(cell: Cell, { scenarios }: ExperimentSpec, { comparisons }: ExperimentComparison): { section: Html; charts: Chart[] } {
  const { scenario, design, title, trials } = cell
  const charts = trials.length === 0 ? [] : [...overTimeCharts(cell), ...ackChart(cell), ...distributionCharts(cell), ...fairnessChart(cell), ...slowdownChart(cell), ...completionChart(cell)]
  const compared = comparisons.filter((one) => one.scenario === scenario && one.design === design)
  const section = html`<section id="${anchorOf(cell)}">
<h2>${title}</h2>
${scenarioWords(scenarios[scenario])}
${comparisons.length === 1 ? '' : compared.map(comparisonTable)}
${completionTable(cell)}
<div class="charts">
${charts.map(({ id, title: what, text }) => html`<figure><figcaption>${what}</figcaption><div class="canvas"><canvas id="${id}" role="img" aria-label="${text}"></canvas></div></figure>\n`)}</div>
</section>
`
  return { section, charts }
}

/** The path and what was sent over it. */
function scenarioWords(scenario: ExperimentSpec['scenarios'][number] | undefined): Html {
  if (scenario === undefined) return html``
  const facts = [
    ['Path', linkLines(scenario.path.links)],
    ['Workload', scenario.items.map(itemWords)],
  ] as const
  return html`<dl class="setting">${facts.map(([term, lines]) => html`<div><dt>${term}</dt>${lines.map((line) => html`<dd>${line}</dd>`)}</div>`)}</dl>`
}
