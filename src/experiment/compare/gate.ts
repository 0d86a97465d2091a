import type { Gate } from '../spec/experiment.ts'
import { evaluate, type Figure, figuresIn, holds, unitOf } from '../spec/gates/expression.ts'
import { median } from '../statistics/descriptive.ts'
import { type Estimated, pairedDifference } from '../statistics/paired.ts'
import type { Figures } from './figures.ts'

/** What became of a gate in one scenario. */
export interface GateResult {
  gate: string
  scenario: number
  design: Gate['design']
  /** Whether it holds of the estimate of left less right. Not where there is no block with all its figures. */
  passed: boolean
  /** Whether the interval says the same: false where other blocks might have said otherwise. */
  sure: boolean
  /** Blocks with all its figures, and in how many of them it holds. */
  blocks: number
  holdsIn: number
  /** Of both sides; empty where it is that of no metric. */
  unit: string
  /** Medians of both sides, NaN without a block. */
  left: number
  right: number
  /** Of left less right. */
  difference: Estimated | undefined
  /** Medians of the figures that it names, by how it names them. */
  figures: Record<string, number>
}

/** Judges a gate by the figures of one scenario in the gate's design. */
export function judgeGate(gate: Gate, scenario: number, figures: Figures, seed: number): GateResult {
  const named = figuresIn(gate)
  const valueIn = (block: number) => (figure: Figure) => figures.value({ scenario, design: gate.design, block, ...figure })
  const sides = figures.blocks(scenario, gate.design).flatMap((block) => {
    const [left, right] = [evaluate(gate.left, valueIn(block)), evaluate(gate.right, valueIn(block))]
    return Number.isFinite(left) && Number.isFinite(right) ? [{ block, left, right }] : []
  })
  const [lefts, rights] = [sides.map(({ left }) => left), sides.map(({ right }) => right)]
  const difference = sides.length === 0 ? undefined : pairedDifference({ baseline: rights, candidate: lefts }, { seed, level: 0.05 })
  const middle = (values: readonly number[]): number => (values.length === 0 ? Number.NaN : median(values))
  return {
    gate: gate.text,
    scenario,
    design: gate.design,
    passed: difference !== undefined && holds(gate.operator, difference.estimate, 0),
    sure: difference?.interval !== undefined && (difference.interval.low > 0 || difference.interval.high < 0),
    blocks: sides.length,
    holdsIn: sides.filter(({ left, right }) => holds(gate.operator, left, right)).length,
    unit: unitOf(gate.left, figures.unit) || unitOf(gate.right, figures.unit),
    left: middle(lefts),
    right: middle(rights),
    difference,
    figures: Object.fromEntries(
      named.map((figure) => [`${figure.arm}.${figure.metric}`, middle(sides.map(({ block }) => valueIn(block)(figure) ?? Number.NaN))]),
    ),
  }
}
