import type { ExperimentSpec } from '../spec/experiment.ts'
import type { Trial } from '../trial.ts'
import { trafficEnd } from './trial-flows.ts'

/** What is left to flows after the traffic's end: those that are to send so many bytes may still be at it, ns. */
export const drainTime = 2e9

/** About how long it takes to make a path and to take it away, and to look at what was measured, ns. */
const around = 2.5e9

/** About how long it takes to certify a link in both directions, ns. */
const certifying = 6e9

/** How long trials take, ns, with a certificate of each scenario that is among them. */
export function duration(spec: ExperimentSpec, trials: readonly Trial[]): number {
  const scenarios = new Set(trials.map(({ scenario }) => scenario))
  const links = [...scenarios].reduce((sum, scenario) => sum + (spec.scenarios[scenario]?.path.links.length ?? 0), 0)
  return links * certifying + trials.reduce((sum, { scenario }) => sum + trafficEnd(spec, scenario) + around, 0)
}
