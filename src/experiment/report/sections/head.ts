import type { ExperimentComparison } from '../../compare/compare-trials.ts'
import type { ExperimentStore } from '../../store/store.ts'
import { minute, plural } from '../format.ts'
import { html, type Html, table } from '../markup.ts'

/** What was compared, on what, and the answer in a line. */
export function headSection(store: ExperimentStore, { comparisons, gates }: ExperimentComparison): Html {
  const { name, arms, target } = store.experiment
  const runs = store.runs()
  const trials = store.trials()
  const valid = trials.filter((trial) => trial.valid).length
  const planned = new Set([...trials.map(({ trial }) => trial.index), ...store.waiting().map(({ index }) => index)]).size
  const facts = [
    ['Begun', minute(runs[0]?.startedAt ?? 'not yet')],
    ['Trials', `${valid} valid of ${planned} planned${trials.length < planned ? `, ${planned - trials.length} still to run` : ''}`],
    ['Kernel', target === 'kernel' ? [...new Set(runs.map(({ kernel }) => kernel))].join('; ') : 'simulated'],
    ['Machine', [...new Set(runs.map(({ machine }) => machine))].join('; ')],
  ]
  return html`<header>
<h1>${name}</h1>
<p class="answer">${answer(comparisons)}${gates.length === 0 ? '' : ` ${gatesAnswer(gates)}`}</p>
<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>
${table(
  [{ title: 'Arm' }, { title: 'Congestion control' }, { title: 'Object' }],
  arms.map((arm, index) => [html`<span class="arm arm-${index}">${arm.name}</span>${index === 0 ? ' (baseline)' : ''}`, arm.cc, arm.object?.file ?? "the kernel's own"]),
)}</header>
`
}

function answer(comparisons: ExperimentComparison['comparisons']): string {
  const candidates = Map.groupBy(comparisons, ({ candidate, baseline }) => `${candidate} against ${baseline}`)
  const sentences = [...candidates].map(([who, compared]) => {
    const verdicts = compared.flatMap(({ metrics }) => metrics.flatMap(({ verdict }) => verdict ?? []))
    const count = (wanted: string): number => verdicts.filter((verdict) => verdict === wanted).length
    if (verdicts.length === 0) return `${who}: nothing to judge yet.`
    return `${who}: better in ${count('better')}, worse in ${count('worse')} and inconclusive in ${count('inconclusive')} of ${plural(verdicts.length, 'comparison')}.`
  })
  return sentences.join(' ')
}

function gatesAnswer(gates: ExperimentComparison['gates']): string {
  const failed = gates.filter(({ passed }) => !passed).length
  return failed === 0 ? `Every gate holds.` : `${failed} of ${plural(gates.length, 'gate')} failed.`
}
