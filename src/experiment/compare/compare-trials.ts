import type { ExperimentSpec } from '../spec/experiment.ts'
import { compareArms, type Comparison } from '../statistics/compare.ts'
import { median } from '../statistics/descriptive.ts'
import type { Metric } from '../statistics/metric.ts'
import type { Design } from '../trial.ts'
import { Figures, type PlacedFigure } from './figures.ts'
import { type GateResult, judgeGate } from './gate.ts'

/** How a metric is compared. */
export type MetricDefinition = Pick<Metric, 'name' | 'better' | 'scale' | 'margin'> & { unit: string }

/** A metric of two arms: their medians over the blocks, and what the statistics say. */
export interface ComparedMetric extends Comparison {
  unit: string
  baseline: number
  candidate: number
}

/** Two arms in one scenario and design. The metrics with a good direction are one family: the level is that of all. */
export interface ComparedArms {
  scenario: number
  design: Design
  baseline: string
  candidate: string
  /** In which both arms have a valid trial. */
  blocks: number[]
  metrics: ComparedMetric[]
  /** Metrics that are missing in some of the blocks, which are not compared. */
  incomplete: string[]
}

export interface ExperimentComparison {
  comparisons: ComparedArms[]
  gates: GateResult[]
}

/** Compares each arm with the first one, in every scenario and design, and judges the gates. */
export function compareTrials(
  { arms, scenarios, designs, gates, seed }: ExperimentSpec,
  found: Iterable<PlacedFigure>,
  metrics: readonly MetricDefinition[],
): ExperimentComparison {
  const figures = new Figures(found, metrics)
  const [baseline, ...others] = arms.map(({ name }) => name)
  const comparisons = [...scenarios.keys()].flatMap((scenario) =>
    designs.flatMap((design) => others.map((candidate) => compareTwo({ scenario, design, baseline: baseline ?? '', candidate }, figures, metrics, seed))),
  )
  return { comparisons, gates: gates.flatMap((gate) => gate.scenarios.map((scenario) => judgeGate(gate, scenario, figures, seed))) }
}

type Pair = Pick<ComparedArms, 'scenario' | 'design' | 'baseline' | 'candidate'>

function compareTwo(pair: Pair, figures: Figures, definitions: readonly MetricDefinition[], seed: number): ComparedArms {
  const { scenario, design, baseline, candidate } = pair
  const measured = definitions.filter(({ name }) => figures.metrics(scenario, design).has(name))
  const valueOf = (arm: string, metric: string, block: number) => figures.value({ scenario, design, block, arm, metric })
  const has = (arm: string, block: number): boolean => measured.some(({ name }) => valueOf(arm, name, block) !== undefined)
  const blocks = figures.blocks(scenario, design).filter((block) => has(baseline, block) && has(candidate, block))
  const complete: (Metric & { unit: string })[] = []
  const incomplete: string[] = []
  for (const definition of measured) {
    const values = (arm: string): number[] => blocks.flatMap((block) => valueOf(arm, definition.name, block) ?? [])
    const [of, against] = [values(candidate), values(baseline)]
    if (of.length === 0 && against.length === 0) continue
    if (of.length < blocks.length || against.length < blocks.length) incomplete.push(definition.name)
    else complete.push({ ...definition, baseline: against, candidate: of })
  }
  const compared = blocks.length === 0 ? [] : compareArms(complete, { seed })
  const rows = compared.flatMap((comparison, index) => {
    const metric = complete[index]
    return metric === undefined ? [] : [{ ...comparison, unit: metric.unit, baseline: median(metric.baseline), candidate: median(metric.candidate) }]
  })
  return { ...pair, blocks, metrics: rows, incomplete }
}
