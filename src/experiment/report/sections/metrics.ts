import { metricTable } from '../../measure/metric-table.ts'
import type { ExperimentStore } from '../../store/store.ts'
import { html, type Html } from '../markup.ts'

/** What the names of metrics stand for, of those that were measured. */
export function metricsSection(store: ExperimentStore): Html {
  const measured = new Set(store.rows('SELECT DISTINCT metric FROM metrics').map(({ metric }) => metric))
  const told = metricTable.filter(({ name }) => measured.has(name))
  if (told.length === 0) return html``
  return html`<section id="metrics">
<h2>What the metrics are</h2>
<dl class="terms">${told.map(({ name, what }) => html`<div><dt>${name}</dt><dd>${what.replaceAll('`', '')}</dd></div>\n`)}</dl>
</section>
`
}
