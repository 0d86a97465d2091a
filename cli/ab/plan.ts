import { duration, ExperimentStore, planTrials, type PreparedArm, type Trial, trafficEnd } from '../../src/experiment/index.ts'
import { linkLines } from '../../src/spec/index.ts'
import type { Output } from '../output/output.ts'
import { table } from '../output/table.ts'
import { count } from '../output/units.ts'
import type { Chosen } from './ab.ts'

/** Says what would be run and how long it takes. */
export function tellPlan({ spec, resumed }: Chosen, arms: readonly PreparedArm[], output: Output): void {
  const trials = resumed === undefined ? planTrials(spec) : waitingIn(resumed)
  const seconds = Math.round(duration(spec, trials) / 1e9)
  output.document({
    dryRun: true,
    name: spec.name,
    arms: arms.map(({ arm, ownName, own }) => ({ name: arm.name, cc: ownName, object: own?.file ?? null })),
    scenarios: spec.scenarios.map(({ name, path }, index) => ({ name, links: path.links, trafficSeconds: trafficEnd(spec, index) / 1e9 })),
    trials,
    seconds,
  })
  output.print(`${output.style('bold', spec.name)}: ${count(trials.length, 'trial')}, about ${clock(seconds)}; nothing has been run`)
  for (const { arm, ownName, own } of arms) output.print(`  ${arm.name}  ${ownName}${own === undefined ? '' : ` of ${own.file}`}${arm.ecn ? ', asks for ECN' : ''}`)
  for (const { name, path } of spec.scenarios) {
    const [first = ''] = linkLines(path.links)
    output.print(`  ${name === '' ? 'path' : name}: ${first}`)
  }
  const rows = trials.map((trial) => [`${trial.index + 1}`, `block ${trial.block + 1}`, ...wordsOf(trial), spec.scenarios[trial.scenario]?.name ?? ''])
  output.print(table(rows, [0]))
}

function waitingIn(directory: string): Trial[] {
  using store = ExperimentStore.open(directory)
  return store.waiting()
}

/** `alone A`, `mixed`. */
export const wordsOf = ({ design, arm }: Trial): string[] => [arm === undefined ? design : `${design} ${arm}`]

/** `1:02:03`, `2:03`, `45 s`. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours === 0 ? `${minutes}:${two(whole % 60)} min` : `${hours}:${two(minutes)}:${two(whole % 60)} h`
}
