import { basename } from 'node:path'
import type { ExperimentStore } from '../../store/store.ts'
import { html, type Html, table } from '../markup.ts'

/** How to run it again, and what it was run with. */
export function againSection(store: ExperimentStore): Html {
  const { spec, arms, seed } = store.experiment
  const directory = basename(store.directory)
  const hashes = [
    ...arms.flatMap(({ object }) => (object === undefined ? [] : [[object.file, object.sha256]])),
    ...new Map(store.runs().flatMap((run) => Object.entries(run.hashes))),
  ]
  const versions = [...new Set(store.runs().map(({ ccdk }) => ccdk))].join(', ')
  return html`<section id="again">
<h2>Run it again</h2>
<p>With the directory of this report, by ccdk ${versions}; the seed of all that is drawn is ${seed}:</p>
<pre><code>ccdk ab --from ${directory}</code></pre>
<p>What was measured lies beside this page in <code>experiment.sqlite</code>; <code>ccdk export ${directory}</code> writes it for pandas, R or DuckDB.</p>
${hashes.length === 0 ? '' : table([{ title: 'Used' }, { title: 'SHA-256' }], hashes.map(([name = '', hash = '']) => [name, html`<code>${hash}</code>`]))}
<details open><summary>${spec.file}</summary><pre><code>${spec.text}</code></pre></details>
</section>
`
}
