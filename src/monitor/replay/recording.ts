import type { ZodSafeParseResult } from 'zod'
import { ObjectError } from '../../errors/index.ts'
import type { AlgorithmView, Looked, Snapshot } from '../snapshot.ts'
import { decodeRecord, findRecords, type FoundRecord, headline } from '../recording/format.ts'
import { lookedSchema, snapshotSchema, socketsSchema } from './schema.ts'

/** What stays of a snapshot when it has passed: what curves and logs are made of. */
export interface Past extends Pick<Snapshot, 'time' | 'seconds' | 'events'> {
  algorithms: Pick<AlgorithmView, 'mapId' | 'callsPerSecond'>[]
  /** The cookies of the connections whose ACKs are with it. */
  flows: string[]
}

/** A record that was read, but for the sockets where these have a line of their own. */
interface Read {
  index: number
  head: Snapshot
  looked: Looked
  rows: string | undefined
}

/** A recording that was read: its snapshots, each decoded when it is asked for. It takes no rights and no kernel. */
export class Recording {
  readonly file: string
  /** What of the file is not whole, in words, and so not shown. */
  readonly damage: readonly string[]
  readonly #records: readonly { record: FoundRecord; first: FoundRecord | undefined }[]
  /** The first text of the group that was read last. */
  #first: { of: FoundRecord; text: Buffer } | undefined
  /** The one that was read last. */
  #last: Read | undefined
  readonly #past = new Map<number, Past | null>()

  /** Throws an `ObjectError` when it is no recording, or nothing of it is whole. */
  constructor(bytes: Uint8Array, file: string) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.file = file
    if (!buffer.subarray(0, headline.length).equals(headline)) throw this.#error('', 'no recording of ccdk top')
    const { records, damaged } = findRecords(buffer)
    const damage = damaged.map(({ at, length }) => `${length} bytes at ${at} ${at + length === buffer.length ? 'at its end ' : ''}are no whole record`)
    this.#records = grouped(records)
    const lost = records.length - this.#records.length
    if (lost > 0) damage.push(`${lost} records after such a place cannot be read without it`)
    this.damage = damage
    if (this.#records.length === 0) throw this.#error('', damage.length === 0 ? 'a snapshot, but it has none' : `a whole snapshot, but ${damage.join(', and ')}`)
  }

  get length(): number {
    return this.#records.length
  }

  /** Throws an `ObjectError` for a record that is whole but not a snapshot. */
  at(index: number): Snapshot {
    const { head, rows } = this.#read(index)
    if (rows === undefined) return head
    const place = `${this.#place(index)}/sockets/rows`
    return { ...head, sockets: { ...head.sockets, rows: this.#checked(socketsSchema.safeParse(this.#told(place, () => JSON.parse(rows))), place) } }
  }

  /** As `at`, but null for one that cannot be read. */
  tryAt(index: number): Snapshot | null {
    return this.#orNull(() => this.at(index))
  }

  /** What was looked at besides; nothing of it in a recording from before this was kept. Throws as `at` does. */
  looked(index: number): Looked {
    return this.#read(index).looked
  }

  /** The little that is remembered of each snapshot; null for one that cannot be read. */
  past(index: number): Past | null {
    const known = this.#past.get(index)
    if (known !== undefined) return known
    const found = this.#orNull(() => pastOf(this.#read(index)))
    this.#past.set(index, found)
    return found
  }

  #orNull<T>(read: () => T): T | null {
    try {
      return read()
    } catch (error) {
      if (error instanceof ObjectError) return null
      throw error
    }
  }

  #read(index: number): Read {
    if (this.#last?.index === index) return this.#last
    const found = this.#records[index]
    if (found === undefined) throw new RangeError(`snapshot ${index} of ${this.length}`)
    const place = this.#place(index)
    const [line = '', rows] = this.#told(place, () => this.#text(found.record, found.first).toString().split('\n', 2))
    const json: unknown = this.#told(place, () => JSON.parse(line))
    const head = this.#checked(snapshotSchema.safeParse(json), place)
    const looked = this.#checked(lookedSchema.safeParse(json), place)
    this.#last = { index, head, looked, rows }
    return this.#last
  }

  #place(index: number): string {
    return `record at ${this.#records[index]?.record.at}`
  }

  #checked<T>({ data, error }: ZodSafeParseResult<T>, place: string): T {
    if (error === undefined) return data
    const [issue] = error.issues
    throw this.#error([place, ...(issue?.path ?? [])].join('/'), issue?.message ?? 'a snapshot')
  }

  #text(record: FoundRecord, first: FoundRecord | undefined): Buffer {
    if (first !== undefined) return decodeRecord(record, this.#text(first, undefined))
    if (this.#first?.of !== record) this.#first = { of: record, text: decodeRecord(record) }
    return this.#first.text
  }

  /** What does not unpack or is no JSON is the file's fault. */
  #told<T>(place: string, read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.#error(place, `a snapshot: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  #error(path: string, expected: string, cause?: unknown): ObjectError {
    return new ObjectError({ file: this.file, path, expected, cause })
  }
}

function pastOf({ head: { time, seconds, events, algorithms }, looked }: Read): Past {
  const rates = algorithms.map(({ mapId, callsPerSecond }) => ({ mapId, callsPerSecond }))
  return { time, seconds, events, algorithms: rates, flows: looked.flows.map(({ cookie }) => cookie) }
}

/** Each record with the first of its group. Those whose first one is missing are left out. */
function grouped(records: readonly FoundRecord[]): { record: FoundRecord; first: FoundRecord | undefined }[] {
  const firsts = new Map(records.flatMap((record) => (record.group === 0 ? [[record.check, record] as const] : [])))
  return records.flatMap((record) => (record.group === 0 || firsts.has(record.group) ? [{ record, first: firsts.get(record.group) }] : []))
}
