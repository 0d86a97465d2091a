import type { ComparedArms, ComparedMetric, ExperimentResult, GateResult } from '../../src/experiment/index.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'
import { count } from '../output/units.ts'
import { change, figure } from './figures.ts'

/** The tables of a result: for each scenario and design, each arm against the baseline. */
export function resultLines(result: ExperimentResult, output: Output): string[] {
  const ccOf = (name: string): string => result.arms.find((arm) => arm.name === name)?.cc ?? ''
  return result.comparisons.flatMap((compared) => {
    const { scenario, design, baseline, candidate, blocks, incomplete } = compared
    const where = [result.scenarios[scenario] ?? '', design].filter((part) => part !== '').join(', ')
    const heading = `${output.style('bold', where)}: ${candidate} (${ccOf(candidate)}) against ${baseline} (${ccOf(baseline)}), ${count(blocks.length, 'block')}`
    if (compared.metrics.length === 0) return [heading, '  no block in which both have a valid trial', '']
    const left = incomplete.length === 0 ? [] : [`  not in every block: ${incomplete.join(', ')}`]
    return [heading, tableOf(compared, output), ...left, '']
  })
}

function tableOf({ baseline, candidate, metrics }: ComparedArms, output: Output): string {
  const header = ['  METRIC', baseline, candidate, 'CHANGE', '95% INTERVAL', 'EFFECT', 'VERDICT']
  return table([header, ...metrics.map((metric) => rowOf(metric, output))], [1, 2, 3, 4, 5])
}

function rowOf(metric: ComparedMetric, output: Output): string[] {
  const { name, unit, baseline, candidate, scale, difference, ratio, cliffsDelta } = metric
  const isRatio = scale === 'ratio' && ratio !== undefined
  const { estimate, interval } = isRatio ? ratio : difference
  const words = isRatio ? change : (value: number): string => `${value > 0 ? '+' : ''}${figure(value, unit)}`
  const range = interval === undefined ? '' : `${words(interval.low)} to ${words(interval.high)}`
  return [`  ${name}`, figure(baseline, unit), figure(candidate, unit), words(estimate), range, cliffsDelta.toFixed(2), verdictWords(metric, output)]
}

function verdictWords({ verdict, isNegligible, further }: ComparedMetric, output: Output): string {
  if (verdict === undefined) return ''
  if (verdict === 'better') return output.style('green', verdict)
  if (verdict === 'worse') return output.style('red', verdict)
  if (isNegligible === true) return 'no difference that matters'
  const more = further === undefined || further.likely >= 1000 ? '' : `: ${count(further.likely, 'more block')} may settle it`
  return output.style('yellow', `inconclusive${more}`)
}

/** Whether each gate holds, and of what figures. */
export function gateLines(result: ExperimentResult, output: Output): string[] {
  return result.gates.map((gate) => {
    const mark = gate.passed ? output.style('green', 'holds') : output.style('red', 'fails')
    const where = [result.scenarios[gate.scenario] ?? '', gate.design].filter((part) => part !== '').join(', ')
    return `${mark}  ${gate.gate}  (${where}): ${sidesOf(gate)}`
  })
}

/** Both sides of a gate, and in how many blocks it holds. */
export function sidesOf({ unit, left, right, holdsIn, blocks, sure }: GateResult): string {
  if (blocks === 0) return 'there are no figures for it'
  return `${figure(left, unit)} against ${figure(right, unit)}, in ${holdsIn} of ${count(blocks, 'block')}${sure ? '' : ', and other blocks might say otherwise'}`
}
