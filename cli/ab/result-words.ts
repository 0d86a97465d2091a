import { type ComparedArms, type ComparedMetric, type ExperimentResult, fewestBlocks, type GateResult, range, verdictGroups } from '../../src/experiment/index.ts'
import type { Output } from '../output/output.ts'
import { table, width } from '../output/table.ts'
import { count } from '../output/units.ts'
import { change, figure } from './figures.ts'

/** The tables of a result, each as wide as the terminal lets it be: for each scenario and design, each arm against the baseline. */
export function resultLines(result: ExperimentResult, columns: number, output: Output): string[] {
  const ccOf = (name: string): string => result.arms.find((arm) => arm.name === name)?.cc ?? ''
  return result.comparisons.flatMap((compared) => {
    const { scenario, design, baseline, candidate, blocks, incomplete } = compared
    const where = [result.scenarios[scenario] ?? '', design].filter((part) => part !== '').join(', ')
    const heading = `${output.style('bold', where)}: ${candidate} (${ccOf(candidate)}) against ${baseline} (${ccOf(baseline)}), ${count(blocks.length, 'block')}`
    if (compared.metrics.length === 0) return [heading, '  no block in which both have a valid trial', '']
    const left = incomplete.length === 0 ? [] : [`  not in every block: ${incomplete.join(', ')}`]
    return [heading, tableOf(compared, columns, output), ...left, '']
  })
}

/** How a table gets narrower, step by step: what says the least goes first. */
const shapes = [
  { effect: true, further: true, joined: false, change: true },
  { effect: true, further: false, joined: false, change: true },
  { effect: false, further: false, joined: false, change: true },
  { effect: false, further: false, joined: true, change: true },
  { effect: false, further: false, joined: true, change: false },
] as const
type Shape = (typeof shapes)[number]

/** The widest table that there is room for. */
function tableOf(compared: ComparedArms, columns: number, output: Output): string {
  const tables = shapes.map((shape) => tableIn(shape, compared, output))
  return tables.find((text) => text.split('\n').every((line) => width(line) < columns)) ?? tables.at(-1) ?? ''
}

function tableIn(shape: Shape, { baseline, candidate, metrics }: ComparedArms, output: Output): string {
  const header = [
    'METRIC',
    ...(shape.joined ? [`${baseline}, ${candidate}`] : [baseline, candidate]),
    ...(shape.change ? ['CHANGE'] : []),
    '95% INTERVAL',
    ...(shape.effect ? ['EFFECT'] : []),
    'VERDICT',
  ]
  const rows = metrics.map((metric) => rowOf(metric, shape, output))
  return table([header, ...rows], Array.from({ length: header.length - 2 }, (_, index) => index + 1))
}

function rowOf(metric: ComparedMetric, shape: Shape, output: Output): string[] {
  const { name, unit, scale, difference, ratio, cliffsDelta } = metric
  const isRatio = scale === 'ratio' && ratio !== undefined
  const { estimate, interval } = isRatio ? ratio : difference
  const words = isRatio ? change : (value: number): string => `${value > 0 ? '+' : ''}${figure(value, unit)}`
  const [baseline, candidate] = [figure(metric.baseline, unit), figure(metric.candidate, unit)]
  return [
    name,
    ...(shape.joined ? [range(baseline, candidate, ', ')] : [baseline, candidate]),
    ...(shape.change ? [words(estimate)] : []),
    interval === undefined ? '' : range(words(interval.low), words(interval.high)),
    ...(shape.effect ? [cliffsDelta.toFixed(2)] : []),
    verdictWords(metric, shape, output),
  ]
}

function verdictWords({ verdict, isNegligible, further }: ComparedMetric, shape: Shape, output: Output): string {
  if (verdict === undefined) return ''
  if (verdict !== 'inconclusive') {
    return output.style(verdict === 'better' ? 'green' : 'red', `${verdict}${isNegligible === true && shape.further ? ', by less than matters' : ''}`)
  }
  if (isNegligible === true) return shape.further ? 'no difference that matters' : 'no difference'
  const more = !shape.further || further === undefined || further.likely >= 1000 ? '' : `: ${count(further.likely, 'more block')} may settle it`
  return output.style('yellow', `inconclusive${more}`)
}

/** How many of all verdicts are what, for each arm: what the tables together say. */
export function summaryLines(result: ExperimentResult, output: Output): string[] {
  const least = fewestBlocks(0.05)
  const isShort = result.comparisons.some(({ blocks, metrics }) => metrics.length > 0 && blocks.length < least)
  const few = isShort ? [`with fewer than ${least} blocks nothing can be called better or worse, whatever they say`] : []
  const pairs = Map.groupBy(result.comparisons, ({ candidate, baseline }) => `${candidate} against ${baseline}`)
  const told = [...pairs].flatMap(([who, compared]) => {
    const judged = compared.flatMap(({ metrics }) => metrics.filter(({ verdict }) => verdict !== undefined))
    if (judged.length === 0) return []
    const parts = Object.entries(verdictGroups).map(([words, holds]) => `${words} in ${judged.filter(holds).length}`)
    return [`${output.style('bold', who)}: ${parts.join(', ')} of ${count(judged.length, 'comparison')}`]
  })
  return [...told, ...few]
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
