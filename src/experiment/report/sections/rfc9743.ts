import type { ComparedArms, ExperimentComparison } from '../../compare/compare-trials.ts'
import { verdictGroups } from '../../compare/verdict-groups.ts'
import type { ExperimentSpec } from '../../spec/experiment.ts'
import { rfc9743 } from '../../spec/rfc9743.ts'
import { html, type Html, table } from '../markup.ts'
import { anchorOf, placeWords } from '../places.ts'

type Heading = (typeof rfc9743)[number]

/** The headings of RFC 9743 that scenarios say they speak to, in its order; nothing where none does. */
export function rfc9743Section({ scenarios, arms }: ExperimentSpec, { comparisons }: ExperimentComparison): Html {
  if (!scenarios.some((scenario) => scenario.rfc9743.length > 0)) return html``
  const isSeveral = arms.length > 2
  const answered = rfc9743.map((heading) => ({ heading, compared: comparisons.filter((one) => speaksTo(heading, one, scenarios)) }))
  const rows = answered.flatMap(({ heading, compared }) =>
    [...Map.groupBy(compared, ({ candidate }) => candidate)].map(([candidate, own]) => [
      heading.section,
      `${heading.title}${isSeveral ? `: ${candidate}` : ''}`,
      html`${own.map((one, index) => html`${index === 0 ? '' : '; '}<a href="#${anchorOf(one)}">${placeWords(one, scenarios)}</a>`)}`,
      verdictLine(heading, own),
    ]),
  )
  const missing = answered.filter(({ compared }) => compared.length === 0).map(({ heading }) => `${heading.section} ${heading.title}`)
  const columns = [{ title: 'Section' }, { title: 'Heading' }, { title: 'Asked by' }, { title: `What is said of ${isSeveral ? 'each arm' : (arms[1]?.name ?? '')} against ${arms[0]?.name ?? ''}` }]
  return html`<section id="rfc9743">
<h2>By the headings of RFC 9743 (BCP 133)</h2>
${rows.length === 0 ? '' : table(columns, rows)}
${missing.length === 0 ? '' : html`<p>No scenario speaks to ${missing.join('; ')}.</p>`}
<p class="note">The RFC names no thresholds: what is better and worse is told of the metrics that a section is about, and the tables below have all others.
Sections 5.3, 6.2, 7.2, 7.6 and 7.10 ask for words, tunnels, circuit breakers, misbehaving nodes and several paths, which no experiment here has.</p>
</section>
`
}

const speaksTo = (heading: Heading, { scenario, design }: ComparedArms, scenarios: ExperimentSpec['scenarios']): boolean =>
  scenarios[scenario]?.rfc9743.includes(heading.section) === true && (!('design' in heading) || heading.design === design)

/** Which metrics of the heading are better, and which worse; with how many of its comparisons where that is not all. */
function verdictLine({ metrics: wanted }: Heading, compared: readonly ComparedArms[]): Html {
  const metrics = compared.flatMap((one) => one.metrics.filter(({ name, verdict }) => verdict !== undefined && wanted.some((start) => name.startsWith(start))))
  const said = Object.entries(verdictGroups).flatMap(([words, holds]) => {
    const counts = Map.groupBy(metrics.filter(holds), ({ name }) => name)
    if (counts.size === 0) return []
    const names = [...counts].map(([name, { length }]) => (length === compared.length ? name : `${name} (${length} of ${compared.length})`))
    return [html`<span class="${words === 'better' || words === 'worse' ? words : 'inconclusive'}">${words}</span>: ${names.join(', ')}`]
  })
  return said.length === 0 ? html`nothing was measured for it` : html`${said.map((one, index) => html`${index === 0 ? '' : '; '}${one}`)}`
}
