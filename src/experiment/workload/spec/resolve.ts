import { nearestName } from '../../../btf-match/index.ts'
import type { Key } from '../../../spec/index.ts'
import { endOf, expectedPlans, type Item } from '../plans/traffic.ts'
import type { Around, WorkloadContext } from './context.ts'
import type { ItemSpec, WorkloadSpec } from './schema.ts'
import { resolveTraffic } from './traffic.ts'

const mostPlans = 1_000_000
/** A day, ns. */
const longest = 86_400e9

/**
 * What a workload means on this path: loads as times between flows, distributions read, defaults filled in.
 *
 * @throws the context's error for what cannot be, ObjectError for a file of sizes that is none
 */
export function resolveWorkload(spec: WorkloadSpec, context: WorkloadContext, keys: readonly Key[] = []): Item[] {
  const items = spec.map((item, index) => resolveItem(item, { ...context, keys: [...keys, index] }))
  const plans = items.reduce((sum, item) => sum + expectedPlans(item), 0)
  if (plans > mostPlans) {
    throw context.error(keys, `expected no more than ${mostPlans} flows, rounds and chunks in all, not about ${Math.round(plans)}`)
  }
  return items
}

function resolveItem(spec: ItemSpec, around: Around): Item {
  const { error, keys, clients, servers, arms } = around
  const { cc, arm, start, direction, family } = spec
  if (cc !== undefined && arm !== undefined) throw error([...keys, 'arm'], 'expected either cc or arm: an arm has an algorithm')
  if (arm !== undefined && !arms.includes(arm)) {
    const nearest = nearestName(arm, arms)
    const hint = nearest === null ? (arms.length === 0 ? 'there are none' : `expected ${arms.join(' or ')}`) : `did you mean "${nearest}"?`
    throw error([...keys, 'arm'], `no arm is named ${JSON.stringify(arm.slice(0, 40))}: ${hint}`)
  }
  const { length, traffic } = resolveTraffic(spec, around)
  const algorithm = cc === undefined ? (arm === undefined ? {} : { arm }) : { cc }
  const item: Item = { traffic, start: Math.round(start), length, clients, servers, direction, family, ...algorithm }
  if (endOf(item) > longest) throw error(keys, 'expected an end within a day')
  return item
}
