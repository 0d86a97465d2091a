import { availableParallelism } from 'node:os'
import { type Certificate, certifyPath, openPath, type Path } from '../../emulator/index.ts'
import type { Journal } from '../../journal/index.ts'
import { CpuMeter } from '../../kernel/index.ts'
import type { Target } from '../../loader/index.ts'
import type { FlowAlgorithm } from '../traffic/connections.ts'
import { runTraffic } from '../traffic/run-traffic.ts'
import { Measuring } from '../measure/measuring.ts'
import { metricsOf } from '../measure/metrics/metrics.ts'
import { drainTime } from '../plan/duration.ts'
import { trafficEnd, trialFlows } from '../plan/trial-flows.ts'
import type { ExperimentSpec, Scenario } from '../spec/experiment.ts'
import type { Trial, TrialResult } from '../trial.ts'
import { checkIsolation, type IsolationCheck } from './isolation.ts'
import type { PreparedArm } from './prepare-arms.ts'
import { type ArmInUse, RegisteredArms } from './register-arms.ts'
import type { ExperimentTarget } from './run-experiment.ts'
import { sysctlsFor } from './sysctls.ts'
import { reasonsAgainst } from './validity.ts'
import { whileUp } from './while-up.ts'

export interface Survey {
  scenario: number
  isolation: IsolationCheck[]
  certificate: Certificate
}

/** What trials are run with. */
export interface KernelMeans {
  arms: readonly PreparedArm[]
  target: Target
  journal: Journal
}

/**
 * Runs trials on this kernel: each over a path of its own and with algorithms that were loaded for it, so that nothing
 * of one reaches another: no variable and no map, nor where the kernel has put a program, which may change how long it takes.
 */
export class KernelTarget implements ExperimentTarget, Disposable {
  readonly #spec: ExperimentSpec
  readonly #means: KernelMeans
  #registered: RegisteredArms | undefined

  constructor(spec: ExperimentSpec, means: KernelMeans) {
    this.#spec = spec
    this.#means = means
  }

  /** Makes the path of a scenario once, to see what it is, and what it shares with others. */
  async survey(scenario: number, signal: AbortSignal): Promise<Survey> {
    const wanted = this.#scenario(scenario)
    const meter = new CpuMeter()
    await using path = await this.#open(wanted, this.#spec.seed, signal)
    const isolation = checkIsolation(path, wanted.path, meter)
    const certificate = await whileUp(path, signal, (ended) => certifyPath(path, { quick: true, tell: () => ended.throwIfAborted() }))
    return { scenario, isolation, certificate }
  }

  async run(trial: Trial, signal: AbortSignal): Promise<TrialResult> {
    const wanted = this.#scenario(trial.scenario)
    const { arms, target, journal } = this.#means
    const own = arms.filter(({ arm }) => trial.arm === undefined || arm.name === trial.arm)
    // It goes after the path, and so when no connection has it any more.
    using registered = new RegisteredArms(own, target, journal)
    this.#registered = registered
    await using path = await this.#open(wanted, trial.seed, signal)
    return await whileUp(path, signal, (ended) => this.#measure(trial, { path, arms: registered.arms }, ended))
  }

  /** Of a trial that is under way too. */
  [Symbol.dispose](): void {
    this.#registered?.[Symbol.dispose]()
  }

  async #measure(trial: Trial, { path, arms }: { path: Path; arms: readonly ArmInUse[] }, signal: AbortSignal): Promise<TrialResult> {
    const plans = trialFlows(this.#spec, trial)
    const seconds = (trafficEnd(this.#spec, trial.scenario) + drainTime) / 1e9
    const startedAt = new Date().toISOString()
    const [started, meter] = [performance.now(), new CpuMeter()]
    await using traffic = await runTraffic({ path, plans, cc: (plan) => algorithmOf(plan, arms), seconds, signal })
    using measuring = Measuring.begin({ path, traffic, sampleHz: this.#spec.sampleHz, acks: this.#spec.acks, arms, target: this.#means.target })
    const result = await traffic.result
    const raw = measuring.end(result)
    const cores = availableParallelism()
    const { busy, steal } = meter.read()
    const statistics = await path.statistics()
    const wanted = new Map(arms.map(({ name, cc }) => [name, cc]))
    const droppedBefore = path.hosts.reduce((sum, { host }) => sum + host.droppedSending(), 0)
    const { late } = this.#spec
    const { flows, failures } = result
    const { unread, stillNs } = raw
    const reasons = reasonsAgainst(statistics, flows, { wanted, late, failures, unread, droppedBefore, stillNs })
    return {
      trial,
      startedAt,
      seconds: (performance.now() - started) / 1000,
      valid: reasons.length === 0,
      reasons,
      flows,
      samples: raw.samples,
      acks: raw.acks,
      queue: raw.queue,
      metrics: metricsOf(raw),
      programs: raw.programs,
      cpu: { busy: busy / cores, steal: steal / cores },
    }
  }

  #scenario(index: number): Scenario {
    const found = this.#spec.scenarios[index]
    if (found === undefined) throw new RangeError(`scenario ${index} of ${this.#spec.scenarios.length}`)
    return found
  }

  async #open({ path }: Scenario, seed: number, signal: AbortSignal): Promise<Path> {
    const sysctls = sysctlsFor(path, this.#spec.sysctls)
    const tell = (): void => signal.throwIfAborted()
    return await openPath({ ...path, seed }, { sysctls, telemetry: {}, tell })
  }
}

function algorithmOf({ cc, arm = '' }: { cc?: string; arm?: string }, arms: readonly ArmInUse[]): FlowAlgorithm {
  if (cc !== undefined) return { cc, arm: '' }
  const { cc: name = '', ecn } = arms.find((one) => one.name === arm) ?? {}
  return { cc: name, arm, ecn }
}
