import { planTrials } from '../plan/plan-trials.ts'
import { idleArm } from '../plan/trial-flows.ts'
import type { Item } from '../workload/plans/traffic.ts'
import type { ExperimentSpec } from './experiment.ts'

const isShared = ({ arm, cc }: Item): boolean => arm === undefined && cc === undefined
const isOf = (item: Item, arm: string): boolean => isShared(item) || item.arm === arm

/** Every arm must have something to send; on one link the same as the others. */
export function checkShares(items: readonly Item[], arms: readonly string[], design: 'alone' | 'mixed', error: (item: number, expected: string) => Error): void {
  for (const arm of arms) {
    if (!items.some((item) => isOf(item, arm))) throw error(0, `expected something for arm ${arm} to send`)
  }
  if (design === 'alone') return
  for (const [index, item] of items.entries()) {
    const { traffic } = item
    const flows = 'flows' in traffic ? traffic.flows : traffic.kind === 'incast' ? traffic.senders : undefined
    if (!isShared(item) || flows === undefined || flows % arms.length === 0) continue
    throw error(index, `expected a multiple of ${arms.length} flows, not ${flows}: in the design mixed the ${arms.length} arms have an equal share of them`)
  }
}

/**
 * Every arm must have a flow in each trial: one without could never be valid, since its flows are the same each time that it
 * is run. Where an arm has its share of something else than short flows, it is sure of that.
 */
export function checkFlows(spec: ExperimentSpec, error: (scenario: number, item: number, expected: string) => Error): void {
  const unsure = spec.scenarios.map(({ items }) => spec.arms.some(({ name }) => items.every((item) => item.traffic.kind === 'shortFlows' || !isOf(item, name))))
  for (const trial of planTrials(spec).filter(({ scenario }) => unsure[scenario] === true)) {
    const idle = idleArm(spec, trial)
    if (idle === undefined) continue
    const { name = '', items = [] } = spec.scenarios[trial.scenario] ?? {}
    const where = [`block ${trial.block + 1}`, trial.design, name].filter((part) => part !== '').join(', ')
    const expected = `expected a flow of arm ${idle} in every trial, and it has none in ${where}: give it a higher load, a shorter interval or more seconds`
    throw error(trial.scenario, items.findIndex((item) => isOf(item, idle)), expected)
  }
}
