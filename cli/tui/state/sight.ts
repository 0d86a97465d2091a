import type { FlowView, Lack, Looked, MonitorSource, Snapshot, SocketQuery, SocketsView, VariableView } from '../../../src/monitor/index.ts'
import { errorText } from '../../errors/error-text.ts'

/** What is asked about the one thing that is looked at closer, or why that cannot be known. */
interface Closer<Of, Value> {
  /** Null where nothing is looked at so. */
  of: Of | null
  value: Value
  why: string | null
}

/** What Detail and Flow show. */
export interface Subjects {
  mapId: number | null
  cookie: string | null
}

/** What was seen of a source: at the last look, and what a person looks at closer. */
export class Sight {
  snapshot: Snapshot | null = null
  sockets: SocketsView = { total: 0, matching: 0, from: 0, rows: [] }
  readonly #source: MonitorSource
  readonly #lacks: readonly Lack[]
  #variables: Closer<number, VariableView[]> = { of: null, value: [], why: null }
  #flow: Closer<string, FlowView | undefined> = { of: null, value: undefined, why: null }
  /** Those that were looked at last. */
  readonly #looked: Subjects = { mapId: null, cookie: null }

  /** `lacks` are those of the source itself. */
  constructor(source: MonitorSource, lacks: readonly Lack[]) {
    this.#source = source
    this.#lacks = lacks
  }

  get variables(): VariableView[] {
    return this.#variables.value
  }

  get flow(): FlowView | undefined {
    return this.#flow.value
  }

  get unread(): string | null {
    return this.#variables.why ?? this.#flow.why
  }

  /** Looks anew, at all sockets or at a window alone. */
  look(query: SocketQuery, isWhole: boolean): Snapshot {
    const seen = this.#source.look(isWhole ? {} : query)
    this.snapshot = { ...seen, cannot: [...this.#lacks, ...seen.cannot] }
    this.sockets = isWhole ? this.#source.sockets(query) : seen.sockets
    return seen
  }

  /** Another window of the sockets that were seen. */
  window(query: SocketQuery): void {
    this.sockets = this.#source.sockets(query)
  }

  /** The connection that Flow shows to somebody who has chosen none; null where none is open. */
  busiest(): string | null {
    this.window({ filter: 'state=ESTABLISHED', sort: 'deliveryRate', reverse: true, count: 1 })
    return this.sockets.rows[0]?.cookie ?? null
  }

  /** Asks about what is shown: after a look, and when it is something else. A key alone costs no question. */
  closer({ mapId, cookie }: Subjects, isLook: boolean): void {
    if (isLook || mapId !== this.#variables.of) this.#variables = this.#variablesOf(mapId)
    if (isLook || cookie !== this.#flow.of) this.#flow = this.#flowOf(cookie)
    this.#looked.mapId = mapId ?? this.#looked.mapId
    this.#looked.cookie = cookie ?? this.#looked.cookie
  }

  /** What was looked at last, as it is now, even where it is not shown. */
  looked(): Looked {
    const { mapId, cookie } = this.#looked
    const variables = mapId === this.#variables.of ? this.#variables : this.#variablesOf(mapId)
    const flow = cookie === this.#flow.of ? this.#flow : this.#flowOf(cookie)
    return {
      variables: variables.of === null ? [] : [{ mapId: variables.of, values: variables.value }],
      flows: flow.value === undefined ? [] : [flow.value],
    }
  }

  #variablesOf(mapId: number | null): Closer<number, VariableView[]> {
    return closer(mapId, [], (of) => this.#source.variables(of))
  }

  #flowOf(cookie: string | null): Closer<string, FlowView | undefined> {
    return closer(cookie, undefined, (of) => this.#source.flow(of))
  }
}

/** An error takes away only what it is about. */
function closer<Of, Value>(of: Of | null, none: Value, ask: (of: Of) => Value): Closer<Of, Value> {
  try {
    return { of, value: of === null ? none : ask(of), why: null }
  } catch (error) {
    return { of, value: none, why: errorText(error).message }
  }
}
