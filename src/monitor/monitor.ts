import { hostname, release } from 'node:os'
import { CpuMeter, type CpuUse, type Fd } from '../kernel/index.ts'
import type { Target } from '../loader/index.ts'
import { Variables } from './algorithms/variables.ts'
import { AlgorithmWatch } from './algorithms/watch.ts'
import { Failures } from './failures.ts'
import { Flows } from './flow/flows.ts'
import { Prints } from './prints.ts'
import type { FlowView, Lack, MonitorSource, Snapshot, SocketQuery, SocketsView, VariableView } from './snapshot.ts'
import { SocketWatch, type SocketWatchOptions } from './sockets/watch.ts'

export interface MonitorOptions extends SocketWatchOptions {
  /** The network namespaces whose sockets are shown; every one of the machine when left out. */
  namespaces?: readonly Fd[] | 'every'
}

/**
 * Shows what struct_ops does on this machine, live. While it lives the kernel counts the runs of all BPF programs, and
 * what they print comes here too. What takes rights that the process lacks is left out and told in `cannot`.
 */
export class Monitor implements MonitorSource {
  readonly #owned = new DisposableStack()
  readonly #cannot: Lack[] = []
  readonly #failures = new Failures()
  readonly #algorithms: AlgorithmWatch
  readonly #sockets: SocketWatch
  readonly #prints: Prints
  readonly #flows: Flows
  readonly #variables: Variables
  readonly #cpu = new CpuMeter()
  #used: Pick<CpuUse, 'busy' | 'steal' | 'cpus'> = this.#cpu.read()
  #last: number | undefined

  constructor(target: Target, options: MonitorOptions = {}) {
    using undo = new DisposableStack()
    this.#algorithms = undo.use(new AlgorithmWatch(target, this.#failures))
    this.#sockets = undo.use(new SocketWatch(options, this.#failures))
    this.#prints = undo.use(new Prints(this.#cannot))
    this.#flows = undo.use(new Flows(target, this.#cannot))
    this.#variables = new Variables(target)
    this.#owned.use(undo.move())
  }

  /** Looks anew. Of the sockets only those that `query` asks for become objects: all when it is left out. */
  look(query: SocketQuery = {}): Snapshot {
    const now = performance.now()
    const time = new Date().toISOString()
    const seconds = this.#last === undefined ? 0 : (now - this.#last) / 1000
    const failures = this.#failures
    const unseen = failures.attempt(() => this.#sockets.look(query.maxAgeMs)) ?? []
    const { algorithms, events } = this.#algorithms.look(this.#sockets.counts(), time)
    this.#variables.keep(new Set(algorithms.map(({ mapId }) => mapId)))
    failures.attempt(() => this.#flows.look(now))
    const printed = failures.attempt(() => this.#prints.look(time)) ?? []
    this.#used = failures.attempt(() => this.#cpu.read()) ?? this.#used
    const { busy, steal, cpus } = this.#used
    this.#last = now
    return {
      schemaVersion: 1,
      time,
      seconds,
      host: { name: hostname(), kernel: release(), cpus },
      cannot: [...this.#algorithms.cannot, ...this.#cannot, ...unseen],
      algorithms,
      sockets: this.#sockets.select(query),
      events: [...failures.end(time), ...events, ...printed],
      cpu: { busy: seconds === 0 ? 0 : Math.min(1, busy / cpus), steal: seconds === 0 ? 0 : Math.min(1, steal / cpus) },
    }
  }

  sockets(query: SocketQuery): SocketsView {
    return this.#sockets.select(query)
  }

  variables(mapId: number): VariableView[] {
    return this.#variables.read(mapId)
  }

  /**
   * Gives a global variable of an algorithm's programs a value as a person writes it; `path` may be a part of it, such as
   * `tuning.steps[2]`.
   *
   * @throws UsageError when there is none, it is constant, or the value is none of its type
   */
  setVariable(mapId: number, path: string, text: string): void {
    this.#variables.set(mapId, path, text)
  }

  flow(cookie: string): FlowView | undefined {
    return this.#flows.get(cookie)
  }

  /** Whether the kernel counts the runs of programs because of this monitor. */
  get statistics(): boolean {
    return this.#algorithms.statistics
  }

  /** @throws PermissionError, and nothing counts then */
  setStatistics(on: boolean): void {
    this.#algorithms.setStatistics(on)
  }

  /** From then on nothing counts any more on its behalf. */
  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}
