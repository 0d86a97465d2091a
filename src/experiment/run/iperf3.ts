import { execFileSync } from 'node:child_process'
import { UsageError } from '../../errors/index.ts'
import type { ExperimentSpec } from '../spec/experiment.ts'
import type { PreparedArm } from './prepare-arms.ts'

const others = 'leave generator out: ccdk sends by itself'

/**
 * Sees whether iperf3 can do what an experiment wants of it, if it wants anything.
 *
 * @throws UsageError where it is not installed, and for an arm that is to have ECN: iperf3 cannot ask for it, since it
 * chooses the congestion control after the handshake
 */
export function checkIperf3({ scenarios }: ExperimentSpec, arms: readonly PreparedArm[]): void {
  const items = scenarios.flatMap((scenario) => scenario.items).filter(({ traffic }) => traffic.kind === 'bulk' && traffic.generator === 'iperf3')
  if (items.length === 0) return
  const marked = arms.find(({ arm, needsEcn }) => (arm.ecn || needsEcn) && items.some(({ cc, arm: name }) => cc === undefined && (name ?? arm.name) === arm.name))
  if (marked !== undefined) {
    throw new UsageError(`arm ${marked.arm.name} is to have ECN, which iperf3 cannot ask for: it chooses the algorithm after the handshake`, { hint: others })
  }
  try {
    execFileSync('iperf3', ['--version'], { stdio: 'ignore' })
  } catch (cause) {
    throw new UsageError('the workload wants iperf3, which is not installed here', { hint: `apt-get install iperf3, or ${others}`, cause })
  }
}
