import type { Target } from '../../loader/index.ts'
import { RunStatistics } from '../../sockets/index.ts'
import { type KnownOthers, listStructOps, type StructOpsEntry } from '../../structops/index.ts'
import { unlessRefused } from '../lack.ts'
import { Paced } from '../paced.ts'
import type { AlgorithmView, Lack, MonitorEvent } from '../snapshot.ts'
import { changesBetween } from './changes.ts'
import { whatKeeps } from './holders.ts'
import { viewOf } from './views.ts'

export interface AlgorithmsSeen {
  algorithms: AlgorithmView[]
  events: MonitorEvent[]
}

/** All struct_ops maps of the machine, what their programs did since the last look, and what happened to them. */
export class AlgorithmWatch implements Disposable {
  readonly cannot: Lack[] = []
  readonly #target: Target
  readonly #kept = new Paced(5000, () => whatKeeps(this.#entries))
  readonly #others: KnownOthers = { maps: new Set(), links: new Set() }
  #statistics: RunStatistics | undefined
  #entries: readonly StructOpsEntry[] = []
  #isFirst = true
  #isRefused = false

  constructor(target: Target) {
    this.#target = target
    this.setStatistics(true)
  }

  /** Whether the kernel counts what programs do, because of this monitor. */
  get statistics(): boolean {
    return this.#statistics !== undefined
  }

  setStatistics(on: boolean): void {
    if (on === this.statistics) return
    this.#statistics?.[Symbol.dispose]()
    this.#statistics = undefined
    if (!on) return
    this.#statistics = unlessRefused(this.cannot, 'calls and time of programs', () => new RunStatistics(this.#target))
  }

  look(socketsOf: ReadonlyMap<string, number>, at: string): AlgorithmsSeen {
    const before = this.#entries
    this.#entries = this.#list()
    const events = this.#isFirst ? [] : changesBetween(before, this.#entries, at)
    this.#isFirst = false
    const runs = this.#statistics?.compare(this.#entries.flatMap(({ members }) => members)) ?? new Map()
    const kept = this.#kept.get(this.#entries.map(({ mapId, links }) => `${mapId}:${links.join(',')}`).join(' '))
    const algorithms = this.#entries.map((entry) =>
      viewOf(entry, { runs, kept: kept.get(entry.mapId), sockets: socketsOf.get(entry.name ?? '') ?? 0 }),
    )
    return { algorithms, events }
  }

  /** What is refused is not tried again. */
  #list(): StructOpsEntry[] {
    const found = this.#isRefused ? undefined : unlessRefused(this.cannot, 'what is registered', () => listStructOps(this.#target, this.#others))
    this.#isRefused = found === undefined
    return found ?? []
  }

  [Symbol.dispose](): void {
    this.setStatistics(false)
  }
}
