import { UsageError } from '../errors/index.ts'
import { type SocketMemoryField, socketMemory } from './diag/memory-info.ts'
import { cookieAt, decodeEnds, decodeSocket, type DiagRow, head, type HeadField, type SocketEnds, type TcpSocket } from './diag/row.ts'
import { type LaterTcpInfoField, tcpInfo, type TcpInfoField } from './diag/tcp-info.ts'
import { type Column, columnOf, endOf } from './layout.ts'

export type SocketField = HeadField | TcpInfoField | SocketMemoryField

/** What a sample is made of. */
export interface SampleFacts {
  /** Begin and end of the listing, ns of CLOCK_MONOTONIC, the clock of BPF programs too. */
  startedAt: bigint
  endedAt: bigint
  /** The answers of the kernel, and where in them the sockets lie. */
  view: DataView<ArrayBuffer>
  rows: readonly DiagRow[]
  names: readonly string[]
  /** Whether these parts were asked for. */
  info: boolean
  memory: boolean
}

/**
 * TCP sockets at one moment: field by field as arrays with a number for each socket, or socket by socket as objects.
 * Both are made of the kernel's answer when they are asked for, and what is not asked for costs nothing.
 *
 * The kernel walks through its tables while connections come and go, so that one that does may be missing or, seldom,
 * be there twice.
 */
export class SocketSample {
  readonly startedAt: bigint
  readonly endedAt: bigint
  readonly length: number
  /** The names to which `congestion` refers. The first is empty: a socket that has none. */
  readonly congestionNames: readonly string[]
  readonly #view: DataView<ArrayBuffer>
  readonly #rows: readonly DiagRow[]
  readonly #asked: Pick<SampleFacts, 'info' | 'memory'>
  readonly #places = new Map<Part, Int32Array>()
  #byCookie: Map<bigint, number> | undefined

  /** Use a `SocketSampler`. */
  constructor({ startedAt, endedAt, view, rows, names, ...asked }: SampleFacts) {
    this.startedAt = startedAt
    this.endedAt = endedAt
    this.length = rows.length
    this.congestionNames = names
    this.#view = view
    this.#rows = rows
    this.#asked = asked
  }

  /**
   * One field of all sockets. Those without `tcp_info` (in TIME_WAIT, or half open) have zero in its fields. Undefined
   * for a field that came after this kernel. Throws a `UsageError` for what the sampler was not told to read.
   */
  column(name: SocketField): Column
  column(name: LaterTcpInfoField): Column | undefined
  column(name: SocketField | LaterTcpInfoField): Column | undefined {
    const { part, layout } = partOf(name)
    const field = layout.field(name)
    if (field === undefined) throw new UsageError(`a sample has no field "${name}"`)
    if ((part === 'infoAt' && !this.#asked.info) || (part === 'memoryAt' && !this.#asked.memory)) {
      throw new UsageError(`${name}: the sampler was told not to read it`, { hint: 'see its options info and memory' })
    }
    const places = this.#placesOf(part)
    if (part === 'infoAt') {
      const end = endOf(field)
      if (this.#rows.some(({ infoAt, infoLength }) => infoAt >= 0 && infoLength < end)) return undefined
    }
    return columnOf(this.#view, places, field)
  }

  /** Each socket's congestion control, as an index into `congestionNames`. */
  congestion(): Uint16Array {
    return Uint16Array.from(this.#rows, ({ congestion }) => congestion)
  }

  /** Each socket's network namespace, by its inode. */
  namespaces(): Uint32Array {
    return Uint32Array.from(this.#rows, ({ namespace }) => namespace)
  }

  /** What each socket is named by for as long as the machine runs. */
  cookies(): BigUint64Array {
    return BigUint64Array.from(this.#rows, ({ start }) => cookieAt(this.#view, start))
  }

  /** Where the socket of a cookie is; undefined when it is not in this sample. */
  rowOf(cookie: bigint): number | undefined {
    this.#byCookie ??= new Map(this.#rows.map(({ start }, row) => [cookieAt(this.#view, start), row]))
    return this.#byCookie.get(cookie)
  }

  /** Where one socket is bound, and what it is connected to. */
  ends(row: number): SocketEnds {
    return decodeEnds(this.#view, this.#row(row))
  }

  /** One socket as an object. */
  socket(row: number): TcpSocket {
    return decodeSocket(this.#view, this.#row(row), this.congestionNames)
  }

  /** All of them as objects: where many are wanted often, columns are faster. */
  sockets(): TcpSocket[] {
    return this.#rows.map((row) => decodeSocket(this.#view, row, this.congestionNames))
  }

  /** The sockets of these rows alone, in that order. It lies in the same memory. */
  pick(rows: Iterable<number>): SocketSample {
    return new SocketSample({
      startedAt: this.startedAt,
      endedAt: this.endedAt,
      view: this.#view,
      rows: Array.from(rows, (row) => this.#row(row)),
      names: this.congestionNames,
      ...this.#asked,
    })
  }

  /** Where the kernel's answers lie: for a sampler to use again. */
  get memory(): ArrayBuffer {
    return this.#view.buffer
  }

  #row(row: number): DiagRow {
    const found = this.#rows[row]
    if (found === undefined) throw new UsageError(`row ${row} of a sample of ${this.length} sockets`)
    return found
  }

  #placesOf(part: Part): Int32Array {
    const places = this.#places.get(part) ?? Int32Array.from(this.#rows, (row) => row[part])
    this.#places.set(part, places)
    return places
  }
}

type Part = 'start' | 'infoAt' | 'memoryAt'

function partOf(name: string) {
  if (tcpInfo.field(name) !== undefined) return { part: 'infoAt', layout: tcpInfo } as const
  if (socketMemory.field(name) !== undefined) return { part: 'memoryAt', layout: socketMemory } as const
  return { part: 'start', layout: head } as const
}
