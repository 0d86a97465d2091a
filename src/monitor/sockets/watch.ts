import type { Fd } from '../../kernel/index.ts'
import { type SocketSample, SocketSampler, type TcpState } from '../../sockets/index.ts'
import type { Failures } from '../failures.ts'
import { Paced } from '../paced.ts'
import type { Lack, SocketQuery, SocketsView } from '../snapshot.ts'
import { tableOfSample } from './sampled.ts'
import { selectSockets } from './select.ts'
import type { SocketTable } from './table.ts'

export interface SocketWatchOptions {
  /** The network namespaces that are looked into; every one of the machine when left out. */
  namespaces?: readonly Fd[] | 'every'
  /** All when left out. */
  states?: readonly TcpState[]
}

/** How long a namespace that is gone is kept while nobody looks, ms. */
const longestKept = 5000

/** The TCP sockets of some namespaces or all, again and again. */
export class SocketWatch implements Disposable {
  readonly #sampler: SocketSampler
  readonly #unseen: Paced<Lack[]>
  readonly #refreshing: NodeJS.Timeout
  #sample: SocketSample | undefined
  #sampledAt = Number.NEGATIVE_INFINITY
  /** The one before, whose memory the next one takes. */
  #spare: SocketSample | undefined
  #table: SocketTable | undefined

  constructor({ namespaces = 'every', states }: SocketWatchOptions, failures: Failures) {
    this.#sampler = new SocketSampler({ namespaces, ...(states === undefined ? {} : { states }) })
    this.#unseen = new Paced(1000, () => this.#refresh())
    this.#refreshing = setInterval(() => failures.attempt(() => this.#unseen.get()), longestKept).unref()
  }

  /** Looks anew unless it did so within `maxAgeMs`, and answers what could not be looked into. */
  look(maxAgeMs = 0): Lack[] {
    const lacks = this.#unseen.get()
    const now = performance.now()
    if (now - this.#sampledAt < maxAgeMs) return lacks
    const sample = this.#sampler.sample({ instead: this.#spare })
    this.#spare = this.#sample
    this.#sample = sample
    this.#sampledAt = now
    this.#table = undefined
    return lacks
  }

  /** How many sockets each algorithm has, by its name. */
  counts(): ReadonlyMap<string, number> {
    const sample = this.#sample
    if (sample === undefined) return new Map()
    const found = new Uint32Array(sample.congestionNames.length)
    for (const number of sample.congestion()) found[number] = (found[number] ?? 0) + 1
    return new Map(sample.congestionNames.map((name, number) => [name, found[number] ?? 0]))
  }

  select(query: SocketQuery): SocketsView {
    if (this.#sample === undefined) return { total: 0, matching: 0, from: 0, rows: [] }
    this.#table ??= tableOfSample(this.#sample)
    return selectSockets(this.#table, query)
  }

  #refresh(): Lack[] {
    const refused = this.#sampler.refresh().filter(({ errno }) => errno === 'EPERM' || errno === 'EACCES')
    const [first] = refused
    if (first === undefined) return []
    const others = refused.length === 1 ? '' : `, and ${refused.length - 1} more`
    return [{ what: 'sockets of some network namespaces', why: `${first.message}${others}`, remedy: 'run it as root, with CAP_SYS_PTRACE' }]
  }

  [Symbol.dispose](): void {
    clearInterval(this.#refreshing)
    this.#sampler[Symbol.dispose]()
  }
}
