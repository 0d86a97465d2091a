import type { ExperimentComparison } from '../../compare/compare-trials.ts'
import { verdictGroups } from '../../compare/verdict-groups.ts'
import { registeredName } from '../../store/experiment.ts'
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
  const isRegistered = (cc: string): boolean => runs.some(({ hashes }) => Object.hasOwn(hashes, registeredName(cc)))
  const facts = [
    ['Begun', minute(runs[0]?.startedAt ?? 'not yet')],
    ['Trials', `${valid} valid of ${planned} planned${trials.length < planned ? `, ${planned - trials.length} still to run` : ''}`],
    ['Kernel', target === 'kernel' ? [...new Set(runs.map(({ kernel }) => kernel))].join('; ') : 'simulated'],
    ['Machine', [...new Set(runs.map(({ machine }) => machine))].join('; ')],
    ['Isolation', isolationWords(runs.flatMap(({ isolation }) => isolation))],
  ] as const
  return html`<header>
<h1>${name}</h1>
<p class="answer">${answer(comparisons)}${gates.length === 0 ? '' : ` ${gatesAnswer(gates)}`}</p>
<dl>${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>
${table(
  [{ title: 'Arm' }, { title: 'Congestion control' }, { title: 'Object' }],
  arms.map((arm, index) => [html`<span class="arm arm-${index}">${arm.name}</span>${index === 0 ? ' (baseline)' : ''}`, arm.cc, arm.object?.file ?? (isRegistered(arm.cc) ? 'registered before' : "the kernel's own")]),
)}</header>
`
}

/** Whether something could have made the figures others; which it was stands further down. */
function isolationWords(checks: readonly { check: string; ok: boolean }[]): string | Html {
  if (checks.length === 0) return 'not checked yet'
  const odd = new Set(checks.filter(({ ok }) => !ok).map(({ check }) => check))
  return odd.size === 0 ? 'every check is ok' : html`<a href="#validity">not so: ${[...odd].join('; ')}</a>`
}

function answer(comparisons: ExperimentComparison['comparisons']): string {
  const candidates = Map.groupBy(comparisons, ({ candidate, baseline }) => `${candidate} against ${baseline}`)
  const sentences = [...candidates].map(([who, compared]) => {
    const judged = compared.flatMap(({ metrics }) => metrics.filter(({ verdict }) => verdict !== undefined))
    if (judged.length === 0) return `${who}: nothing to judge yet.`
    const parts = Object.entries(verdictGroups).flatMap(([words, holds]) => {
      const own = judged.filter(holds)
      const names = compared.length === 1 && words !== 'inconclusive' ? ` (${own.map(({ name }) => name).join(', ')})` : ''
      return own.length === 0 ? [] : [`${words} in ${own.length}${names}`]
    })
    return `${who}: ${parts.join(', ')} of ${plural(judged.length, 'comparison')}.`
  })
  return sentences.join(' ')
}

function gatesAnswer(gates: ExperimentComparison['gates']): string {
  const failed = gates.filter(({ passed }) => !passed).length
  return failed === 0 ? `Every gate holds.` : `${failed} of ${plural(gates.length, 'gate')} failed.`
}
