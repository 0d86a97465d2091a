import { Heap } from '../../../link-model/index.ts'
import { seriesOf } from './generate.ts'
import type { FlowPlan } from './plan.ts'
import type { Item } from './traffic.ts'

/**
 * The flows of a workload in order of time. They are the same for the same seed, each time they are gone through, and
 * one item's do not depend on those of the others.
 */
export const flowPlans = (items: readonly Item[], seed: number): Iterable<FlowPlan> => ({
  [Symbol.iterator]: () => merged(items.flatMap((item, workload) => seriesOf(item, workload, seed))),
})

/** One series of several, each of which is in order. */
function* merged(series: readonly Iterator<FlowPlan>[]): Generator<FlowPlan, undefined> {
  const heads = new Heap<{ plan: FlowPlan; rest: Iterator<FlowPlan> }>()
  const take = (rest: Iterator<FlowPlan>): void => {
    const { done, value: plan } = rest.next()
    if (done !== true) heads.push(plan.at, { plan, rest })
  }
  for (const each of series) take(each)
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    yield head.plan
    take(head.rest)
  }
}
