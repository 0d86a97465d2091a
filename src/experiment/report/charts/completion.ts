import type { Chart } from '../chart.ts'
import { figure } from '../format.ts'
import { sizeClasses } from '../../measure/metric-table.ts'
import { html, type Html, table } from '../markup.ts'
import { anchorOf } from '../places.ts'
import type { Cell } from '../sections/scenario.ts'
import { type Completion, completions, completionTimes } from '../series/completion.ts'
import { distribution } from '../series/distribution.ts'

const flowsOf = ({ trials }: Cell, arm: string) => trials.flatMap(({ flows }) => flows.filter((flow) => flow.arm === arm && flow.asked !== null))

/** How long flows of a given size took, by size, all blocks together. */
export function completionTable(cell: Cell): Html {
  const found = cell.arms.map((arm) => completions(flowsOf(cell, arm)))
  const classes = sizeClasses.map(({ words }) => words).filter((words) => found.flat().some(({ sizes }) => sizes === words))
  if (classes.length === 0) return html``
  const columns = cell.arms.flatMap((arm) => ['flows', 'median', 'p99'].map((title) => ({ title: `${arm}: ${title}`, isNumber: true })))
  const rows = classes.map((sizes) => [sizes, ...found.flatMap((one) => cellsOf(one.find((completion) => completion.sizes === sizes)))])
  return table([{ title: 'Flows' }, ...columns], rows, 'Completion times by size, all blocks together')
}

function cellsOf(completion: Completion | undefined): string[] {
  if (completion === undefined) return ['0', '–', '–']
  const { finished, unfinished, p50, p99 } = completion
  return [`${finished}${unfinished === 0 ? '' : ` (and ${unfinished} unfinished)`}`, figure(p50, 'ns'), figure(p99, 'ns')]
}

export function completionChart(cell: Cell): Chart[] {
  const series = cell.arms.flatMap((arm, index) => {
    const { x, y } = distribution(completionTimes(flowsOf(cell, arm)).map((ns) => ns / 1e6))
    return x.length === 0 ? [] : [{ label: arm, arm: index, x, y }]
  })
  if (series.length === 0) return []
  const title = 'Completion times of flows, distribution'
  const axes = { x: { title: 'ms', isLogarithmic: true }, y: { title: 'share at most', from: 0, to: 1 } }
  return [{ id: `${anchorOf(cell)}-fct`, title, text: `Distribution function: ${title}`, ...axes, series }]
}
