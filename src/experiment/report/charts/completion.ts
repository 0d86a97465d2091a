import type { Chart, Series } from '../chart.ts'
import { figure } from '../format.ts'
import { sizeClasses } from '../../measure/metric-table.ts'
import { median } from '../../statistics/descriptive.ts'
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
    return x.length === 0 ? [] : [{ label: cell.labels[index] ?? arm, arm: index, x, y }]
  })
  if (series.length === 0) return []
  const title = 'Completion times of flows, distribution'
  const axes = { x: { title: 'ms', isLogarithmic: true }, y: { title: 'share at most', from: 0, to: 1 } }
  return [{ id: `${anchorOf(cell)}-fct`, title, text: `Distribution function: ${title}`, ...axes, series }]
}

const percentiles = [
  { percentile: 'p50', words: 'median', look: 'whiskers' },
  { percentile: 'p99', words: 'p99', look: 'hollow' },
] as const

/** How many times longer flows took than on an empty path, by their size: the middle of the blocks, from the lowest to the highest. */
export function slowdownChart(cell: Cell): Chart[] {
  const { arms, labels } = cell
  const classes = sizeClasses.filter(({ name }) => arms.some((arm) => slowdowns(cell, arm, `slowdown.${name}.p50`).length > 0))
  if (classes.length === 0) return []
  const series = arms.flatMap((arm, index) =>
    percentiles.map(({ percentile, words, look }): Series => {
      const blocks = classes.map(({ name }) => slowdowns(cell, arm, `slowdown.${name}.${percentile}`))
      const spread = blocks.map((values) => (values.length === 0 ? { y: Number.NaN, low: Number.NaN, high: Number.NaN } : { y: median(values), low: Math.min(...values), high: Math.max(...values) }))
      return {
        label: `${labels[index] ?? arm}, ${words}`,
        arm: index,
        // Arms side by side: whiskers on top of each other could not be told apart.
        x: classes.map((_, place) => place + (index - (arms.length - 1) / 2) * 0.12),
        y: spread.map(({ y }) => y),
        low: spread.map(({ low }) => low),
        high: spread.map(({ high }) => high),
        look,
      }
    }),
  )
  return [
    {
      id: `${anchorOf(cell)}-slowdown`,
      title: 'Slowdown by size: times of what an empty path takes',
      text: 'How many times longer flows took than on an empty path, by their size, for each arm: median and 99th percentile',
      x: { title: 'size of the flow', names: classes.map(({ words }) => words.replace(/^of (?:.*, )?/, '')), from: -0.5, to: classes.length - 0.5 },
      y: { title: 'times', isLogarithmic: true },
      series: series.filter(({ y }) => y.some(Number.isFinite)),
    },
  ]
}

const slowdowns = ({ trials }: Cell, arm: string, metric: string): number[] =>
  trials.flatMap(({ metrics }) => metrics.flatMap((one) => (one.arm === arm && one.metric === metric && Number.isFinite(one.value) ? [one.value] : [])))
