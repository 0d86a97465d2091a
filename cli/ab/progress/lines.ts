import { brokenFlows, type ExperimentSpec, metricTable, type RunEvent } from '../../../src/experiment/index.ts'
import type { Output } from '../../output/output.ts'
import { figure } from '../figures.ts'
import { clock, wordsOf } from '../plan.ts'
import type { Progress } from './progress.ts'

const shown = ['goodput', 'rtt.p99']

/** Says on stderr how a run gets on: a line for each trial, with its figures and the time that is left. */
export const lines = (spec: ExperimentSpec, output: Output): Progress => ({
  tell: (event) => tellLine(spec, event, output),
  [Symbol.dispose]: () => undefined,
})

function tellLine({ scenarios, arms }: ExperimentSpec, event: RunEvent, output: Output): void {
  if (event.event === 'begun') return
  const { done, of } = event
  const trial = event.event === 'broken' ? event.trial : event.result.trial
  const where = [`block ${trial.block + 1}`, ...wordsOf(trial), scenarios[trial.scenario]?.name ?? ''].filter((part) => part !== '')
  const head = `${String(done).padStart(String(of).length)} of ${of}  ${where.join('  ')}`
  if (event.event === 'broken') return output.note(`${head}  broke off: ${event.error.message}; once more`)
  const { result, left, again } = event
  const { metrics, valid, reasons } = result
  const names = trial.arm === undefined ? arms.map(({ name }) => name) : [trial.arm]
  const figures = names.flatMap((arm) => {
    const own = shown.flatMap((name) => {
      const found = metrics.find((one) => one.arm === arm && one.metric === name)
      const unit = metricTable.find((one) => one.name === name)?.unit ?? ''
      return found === undefined ? [] : [`${name} ${figure(found.value, unit)}`]
    })
    return own.length === 0 ? [] : [`${trial.arm === undefined ? `${arm} ` : ''}${own.join(', ')}`]
  })
  const time = done === of ? '' : `  ${clock(left / 1e9)} left`
  const broken = brokenFlows(result.flows).map((words) => `  ${words}`).join('')
  const bad = valid ? broken : `  not valid: ${reasons.join('; ')}${again ? '; once more' : ''}`
  output.note(`${head}  ${figures.join(' | ')}${bad}${time}`)
}
