import { createHash } from 'node:crypto'
import type { ExperimentComparison } from '../compare/compare-trials.ts'
import { trafficEnd } from '../plan/trial-flows.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { ExperimentStore } from '../store/store.ts'
import type { Design } from '../trial.ts'
import { Html, html, jsonBlock } from './markup.ts'
import { anchorOf, placeWords } from './places.ts'
import { againSection } from './sections/again.ts'
import { type Cell, cellSection } from './sections/scenario.ts'
import { headSection } from './sections/head.ts'
import { metricsSection } from './sections/metrics.ts'
import { rfc9743Section } from './sections/rfc9743.ts'
import { validitySection } from './sections/validity.ts'
import { verdictsSection } from './sections/verdicts.ts'

/** What the page brings along, as texts. */
export interface Assets {
  script: string
  style: string
}

/**
 * One page with all that it needs, which opens from disk: no reference leads out of it, and its policy allows nothing but
 * its own script and style.
 */
export function reportPage(store: ExperimentStore, spec: ExperimentSpec, comparison: ExperimentComparison, { script, style }: Assets): string {
  const { name, scenarios, arms } = store.experiment
  const cells = cellsOf(store)
  const sections = cells.map((place) => {
    const cell = { ...place, title: placeWords(place, scenarios), arms: arms.map((arm) => arm.name), labels: arms.map(labelOf), trials: loaded(store, place), trafficEnd: trafficEnd(spec, place.scenario) }
    return cellSection(cell, spec, comparison)
  })
  const metrics = metricsSection(store)
  const headings = rfc9743Section(spec, comparison)
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name} – ccdk</title>
<style>${new Html(style)}</style>
</head>
<body>
<nav aria-label="Contents"><a href="#verdicts">Verdicts</a>${headings.text === '' ? '' : html`<a href="#rfc9743">RFC 9743</a>`}${cells.map((cell) => html`<a href="#${anchorOf(cell)}">${placeWords(cell, scenarios)}</a>`)}<a href="#validity">Validity</a>${metrics.text === '' ? '' : html`<a href="#metrics">Metrics</a>`}<a href="#again">Run it again</a></nav>
<main>
${headSection(store, comparison)}
${verdictsSection(comparison, scenarios)}
${headings}
<noscript><p class="note">The charts need scripts, which are off here. The tables are all there.</p></noscript>
${sections.map(({ section }) => section)}
${validitySection(store)}
${metrics}
${againSection(store)}
</main>
${jsonBlock('charts', sections.flatMap(({ charts }) => charts))}
<script>${new Html(script)}</script>
</body>
</html>
`
  return page.text
}

/** `A  bpf_cubic`: whoever looks at a chart wants the algorithm. */
const labelOf = ({ name, cc }: { name: string; cc: string }): string => (name === cc ? name : `${name}  ${cc}`)

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** In the order of the scenarios, whatever has run so far. */
function cellsOf(store: ExperimentStore): { scenario: number; design: Design }[] {
  return store
    .rows('SELECT DISTINCT scenario, design FROM trials ORDER BY scenario, design')
    .map(({ scenario, design }) => ({ scenario: Number(scenario), design: design === 'mixed' ? 'mixed' : 'alone' }))
}

/** The cell's trials with their rows in memory: those of one cell at a time. */
function loaded(store: ExperimentStore, { scenario, design }: Pick<Cell, 'scenario' | 'design'>): Cell['trials'] {
  const own = store.trials().filter(({ trial, valid }) => valid && trial.scenario === scenario && trial.design === design)
  const first = Math.min(...own.map(({ trial }) => trial.block))
  return own.map((stored) => {
    const { trial, flows, samples, queue, metrics } = stored
    return { trial, flows, samples, queue, metrics, acks: trial.block === first ? stored.acks : undefined }
  })
}
