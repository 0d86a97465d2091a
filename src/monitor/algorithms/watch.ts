import { PermissionError } from '../../errors/index.ts'
import type { Target } from '../../loader/index.ts'
import { RunStatistics } from '../../sockets/index.ts'
import { type KnownOthers, listStructOps, type StructOpsEntry } from '../../structops/index.ts'
import type { Failures } from '../failures.ts'
import { lackOf, unlessRefused } from '../lack.ts'
import { Paced } from '../paced.ts'
import type { AlgorithmView, Lack, MonitorEvent } from '../snapshot.ts'
import { changesBetween } from './changes.ts'
import { whatKeeps } from './holders.ts'
import { socketsOf, viewOf } from './views.ts'

export interface AlgorithmsSeen {
  algorithms: AlgorithmView[]
  events: MonitorEvent[]
}

/** All struct_ops maps of the machine, what their programs did since the last look, and what happened to them. */
export class AlgorithmWatch implements Disposable {
  readonly #target: Target
  readonly #failures: Failures
  readonly #kept = new Paced(5000, () => whatKeeps(this.#entries ?? []))
  readonly #others: KnownOthers = { maps: new Set(), links: new Set() }
  #statistics: RunStatistics | undefined
  #entries: readonly StructOpsEntry[] | undefined
  #cannotList: Lack[] = []
  #cannotCount: Lack[] = []

  constructor(target: Target, failures: Failures) {
    this.#target = target
    this.#failures = failures
    unlessRefused(this.#cannotCount, 'calls and time of programs', () => this.setStatistics(true))
  }

  get cannot(): Lack[] {
    return [...this.#cannotList, ...this.#cannotCount]
  }

  /** Whether the kernel counts what programs do, because of this monitor. */
  get statistics(): boolean {
    return this.#statistics !== undefined
  }

  /** Throws when the kernel refuses it. */
  setStatistics(on: boolean): void {
    if (on === this.statistics) return
    this.#statistics?.[Symbol.dispose]()
    this.#statistics = on ? new RunStatistics(this.#target) : undefined
    this.#cannotCount = []
  }

  look(counts: ReadonlyMap<string, number>, at: string): AlgorithmsSeen {
    const before = this.#entries
    this.#entries = this.#list() ?? before
    const entries = this.#entries ?? []
    const events = before === undefined ? [] : changesBetween(before, entries, at)
    const runs = this.#statistics?.compare(entries.flatMap(({ members }) => members)) ?? new Map()
    const kept = this.#failures.attempt(() => this.#kept.get(entries.map(({ mapId, links }) => `${mapId}:${links.join(',')}`).join(' ')))
    const algorithms = entries.map((entry) =>
      viewOf(entry, { runs, kept: kept?.get(entry.mapId), sockets: socketsOf(entry, counts) }),
    )
    return { algorithms, events }
  }

  /** Undefined when it fails. What this process has no right to is not tried again. */
  #list(): StructOpsEntry[] | undefined {
    if (this.#cannotList.length > 0) return undefined
    try {
      return listStructOps(this.#target, this.#others, (id, error) => {
        this.#failures.tell(error)
        return this.#entries?.find(({ mapId }) => mapId === id)
      })
    } catch (error) {
      if (error instanceof PermissionError) this.#cannotList = [lackOf('what is registered', error)]
      else this.#failures.tell(error)
      return undefined
    }
  }

  [Symbol.dispose](): void {
    this.setStatistics(false)
  }
}
