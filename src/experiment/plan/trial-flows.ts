import type { ExperimentSpec } from '../spec/experiment.ts'
import type { Trial } from '../trial.ts'
import { flowPlans } from '../workload/plans/flow-plans.ts'
import type { FlowPlan } from '../workload/plans/plan.ts'
import { endOf } from '../workload/plans/traffic.ts'

/**
 * The flows of a trial in order of time, each with its arm or a congestion control of its own. Where arms share the link
 * they have turns at the connections of an item, and in the next block another arm is the first.
 */
export const trialFlows = (spec: ExperimentSpec, trial: Trial): FlowPlan[] => [...flowsOf(spec, trial)]

function* flowsOf({ arms, scenarios }: ExperimentSpec, { scenario, arm, block, seed }: Trial): Generator<FlowPlan, undefined> {
  const names = arms.map(({ name }) => name)
  for (const plan of flowPlans(scenarios[scenario]?.items ?? [], seed)) {
    if (plan.cc !== undefined) yield plan
    else if (arm === undefined) yield { ...plan, arm: plan.arm ?? names[(plan.flow + block) % names.length] ?? '' }
    // What is written for another arm is not sent while this one is alone.
    else if (plan.arm === undefined || plan.arm === arm) yield { ...plan, arm }
  }
}

/** An arm of a trial that has no flow in it. */
export function idleArm(spec: ExperimentSpec, trial: Trial): string | undefined {
  const idle = new Set(trial.arm === undefined ? spec.arms.map(({ name }) => name) : [trial.arm])
  for (const { arm = '' } of flowsOf(spec, trial)) {
    idle.delete(arm)
    if (idle.size === 0) return undefined
  }
  return [...idle][0]
}

/** Until when a scenario's traffic lasts, ns: the last flow has begun, and those that send for a time have ended. */
export const trafficEnd = ({ scenarios }: Pick<ExperimentSpec, 'scenarios'>, scenario: number): number =>
  Math.max(0, ...(scenarios[scenario]?.items ?? []).map(endOf))
