import { type Checked, checkValue, type Context, type Key, resolvePath } from '../../spec/index.ts'
import { networkOf } from '../workload/spec/context.ts'
import { resolveWorkload } from '../workload/spec/resolve.ts'
import type { WorkloadSpec } from '../workload/spec/schema.ts'
import { emptyLists, nameOf, placeIn, variantCount, variantsOf } from './cross-product.ts'
import type { Arm, ExperimentSpec, Gate, Scenario } from './experiment.ts'
import { ExpressionProblem, parseCondition } from './gates/parse.ts'
import { type ArmSpec, type ExperimentDocument, experimentPath, type GateSpec } from './schema.ts'
import { checkFlows, checkShares } from './shares.ts'

/** What resolving an experiment needs from where it was written. */
export interface ExperimentContext {
  error: Checked<unknown>['error']
  /** The text of a file that the experiment names, and what it should be. */
  readFile: (name: string, what: string) => string
  /** The names that gates may have behind those of arms: any when left out. */
  metrics?: readonly string[]
}

const mostScenarios = 1000

/**
 * What an experiment means: each combination of the path's lists a scenario, workloads resolved, gates parsed.
 *
 * @throws the context's error for what cannot be
 */
export function resolveExperiment(document: ExperimentDocument, context: ExperimentContext): ExperimentSpec {
  const { name, blocks, designs, seed, sampling, late, sysctls = {} } = document
  const arms = Object.entries(document.arms).map(([arm, spec]) => armOf(arm, spec))
  const { error } = context
  if (new Set(designs).size < designs.length) throw error(['designs', 1], 'expected each design once')
  const placed = scenariosOf(document, context, arms.map((arm) => arm.name))
  const spec: ExperimentSpec = {
    name,
    arms,
    scenarios: placed.map(({ scenario }) => scenario),
    blocks,
    designs,
    gates: [],
    seed,
    sampleHz: sampling?.hz ?? 10,
    acks: sampling?.acks ?? false,
    late,
    sysctls: Object.fromEntries(Object.entries(sysctls).map(([key, value]) => [key, String(value)])),
  }
  checkFlows(spec, (scenario, item, expected) => error([...(placed[scenario]?.workloadAt ?? []), item], expected))
  spec.gates = document.gates.map((gate, index) => gateOf(gate, ['gates', index], spec, context))
  return spec
}

const armOf = (name: string, { cc, object, set = {}, ecn }: ArmSpec): Arm => ({
  name,
  ...(cc === undefined ? {} : { cc }),
  ...(object === undefined ? {} : { object }),
  set: Object.fromEntries(Object.entries(set).map(([variable, value]) => [variable, String(value)])),
  ...(ecn === undefined ? {} : { ecn }),
})

/** A path with its lists, and where it and its workload were written. */
interface Written {
  name: string
  path: unknown
  pathAt: readonly Key[]
  workload: WorkloadSpec
  workloadAt: readonly Key[]
  rfc9743: string[]
}

/** A scenario, and where its workload was written. */
interface Placed {
  scenario: Scenario
  workloadAt: readonly Key[]
}

function scenariosOf(document: ExperimentDocument, context: ExperimentContext, arms: readonly string[]): Placed[] {
  const written = writtenScenarios(document, context)
  const count = written.reduce((sum, { path }) => sum + variantCount(path), 0)
  if (count > mostScenarios) throw context.error(['path'], `expected no more than ${mostScenarios} combinations, not ${count}`)
  const scenarios = written.flatMap((one) => variantScenarios(one, document, context, arms))
  for (const [index, { scenario: { name } }] of scenarios.entries()) {
    const twice = scenarios.findIndex((other) => other.scenario.name === name) < index
    if (twice) throw context.error(['scenarios'], `expected different scenarios, and "${name}" is there twice`)
  }
  return scenarios
}

function writtenScenarios({ path, workload, scenarios }: ExperimentDocument, { error }: ExperimentContext): Written[] {
  const own = scenarios ?? [{ name: '', rfc9743: [] }]
  return own.map((scenario, index) => {
    const at: Key[] = scenarios === undefined ? [] : ['scenarios', index]
    const pathHere = 'path' in scenario && scenario.path !== undefined
    const workloadHere = 'workload' in scenario && scenario.workload !== undefined
    const its = { path: pathHere ? scenario.path : path, workload: workloadHere ? scenario.workload : workload }
    if (its.path === undefined) throw error(at, 'expected path: { rate: 100mbit, rtt: 10ms }')
    if (its.workload === undefined) throw error(at, 'expected workload: [{ bulk: { flows: 4, seconds: 10 } }]')
    const pathAt = pathHere ? [...at, 'path'] : ['path']
    const [empty] = emptyLists(its.path, pathAt)
    if (empty !== undefined) throw error(empty, 'expected one value or more')
    return {
      name: scenario.name,
      path: its.path,
      pathAt,
      workload: its.workload,
      workloadAt: workloadHere ? [...at, 'workload'] : ['workload'],
      rfc9743: [scenario.rfc9743].flat(),
    }
  })
}

function variantScenarios(written: Written, { designs, seed }: ExperimentDocument, context: ExperimentContext, arms: readonly string[]): Placed[] {
  const { pathAt, workload, workloadAt } = written
  return variantsOf(written.path, pathAt).map(({ value, choices }) => {
    const error: Context['error'] = (keys, expected) => context.error(placeIn(keys, choices), expected)
    const checkError: Checked<unknown>['error'] = (keys, expected, part) => context.error(placeIn([...pathAt, ...keys], choices), expected, part)
    const spec = { ...checkValue(experimentPath, value, checkError), seed }
    const path = resolvePath(spec, { error, readFile: (file) => context.readFile(file, 'a trace') }, pathAt)
    const readFile = (file: string): string => context.readFile(file, 'sizes of flows')
    const items = resolveWorkload(workload, { ...networkOf(path), arms, error: context.error, readFile }, workloadAt)
    for (const design of designs) checkShares(items, arms, design, (item, expected) => context.error([...workloadAt, item], expected))
    const name = [written.name, nameOf(choices, pathAt.length)].filter((part) => part !== '').join(' ')
    return { scenario: { name, path, items, rfc9743: written.rfc9743 }, workloadAt }
  })
}

function gateOf(spec: GateSpec, keys: readonly Key[], experiment: ExperimentSpec, { error, metrics }: ExperimentContext): Gate {
  const { expect, design = experiment.designs[0] ?? 'alone', scenarios } = typeof spec === 'string' ? { expect: spec } : spec
  const at = typeof spec === 'string' ? keys : [...keys, 'expect']
  if (!experiment.designs.includes(design)) throw error([...keys, 'design'], `expected a design of the experiment: ${experiment.designs.join(' or ')}`)
  const names = experiment.scenarios.map((scenario) => scenario.name)
  const where = scenarios?.map((name, index) => {
    const found = names.indexOf(name)
    if (found < 0) throw error([...keys, 'scenarios', index], `expected a scenario: ${names.map((one) => JSON.stringify(one)).join(', ')}`)
    return found
  })
  try {
    const condition = parseCondition(expect, { arms: experiment.arms.map((arm) => arm.name), ...(metrics === undefined ? {} : { metrics }) })
    return { ...condition, design, scenarios: where ?? [...names.keys()] }
  } catch (problem) {
    if (!(problem instanceof ExpressionProblem)) throw problem
    throw error(at, `in column ${problem.column} of it: ${problem.message}`)
  }
}
