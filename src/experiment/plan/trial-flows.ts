import type { ExperimentSpec } from '../spec/experiment.ts'
import type { Trial } from '../trial.ts'
import { flowPlans } from '../workload/plans/flow-plans.ts'
import type { FlowPlan } from '../workload/plans/plan.ts'
import { endOf } from '../workload/plans/traffic.ts'

/**
 * The flows of a trial in order of time, each with its arm or a congestion control of its own. Where arms share the link
 * they have turns at the connections of an item, and in the next block another arm is the first.
 */
export function trialFlows({ arms, scenarios }: ExperimentSpec, { scenario, arm, block, seed }: Trial): FlowPlan[] {
  const names = arms.map(({ name }) => name)
  const flows: FlowPlan[] = []
  for (const plan of flowPlans(scenarios[scenario]?.items ?? [], seed)) {
    if (plan.cc !== undefined) flows.push(plan)
    else if (arm === undefined) flows.push({ ...plan, arm: plan.arm ?? names[(plan.flow + block) % names.length] ?? '' })
    // What is written for another arm is not sent while this one is alone.
    else if (plan.arm === undefined || plan.arm === arm) flows.push({ ...plan, arm })
  }
  return flows
}

/** Until when a scenario's traffic lasts, ns: the last flow has begun, and those that send for a time have ended. */
export const trafficEnd = ({ scenarios }: Pick<ExperimentSpec, 'scenarios'>, scenario: number): number =>
  Math.max(0, ...(scenarios[scenario]?.items ?? []).map(endOf))
