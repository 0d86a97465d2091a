import type { ZodSafeParseResult } from 'zod'
import { ObjectError } from '../../errors/index.ts'
import type { AlgorithmView, Looked, Snapshot } from '../snapshot.ts'
import { decodeRecord, findRecords, type FoundRecord, headline } from '../recording/format.ts'
import { lookedSchema, snapshotSchema } from './schema.ts'

/** What stays of a snapshot when it has passed: what curves and logs are made of. */
export interface Past extends Pick<Snapshot, 'time' | 'seconds' | 'events'> {
  algorithms: Pick<AlgorithmView, 'mapId' | 'callsPerSecond'>[]
  /** The cookies of the connections whose ACKs are with it. */
  flows: string[]
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
  #last: { index: number; snapshot: Snapshot; looked: Looked } | undefined
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
    return this.#read(index).snapshot
  }

  /** What was looked at besides; nothing of it in a recording from before this was kept. Throws as `at` does. */
  looked(index: number): Looked {
    return this.#read(index).looked
  }

  /** The little that is remembered of each snapshot; null for one that cannot be read. */
  past(index: number): Past | null {
    const known = this.#past.get(index)
    if (known !== undefined) return known
    const found = this.#orNull(index)
    this.#past.set(index, found)
    return found
  }

  #orNull(index: number): Past | null {
    try {
      const { snapshot, looked } = this.#read(index)
      const { time, seconds, events, algorithms } = snapshot
      const rates = algorithms.map(({ mapId, callsPerSecond }) => ({ mapId, callsPerSecond }))
      return { time, seconds, events, algorithms: rates, flows: looked.flows.map(({ cookie }) => cookie) }
    } catch (error) {
      if (error instanceof ObjectError) return null
      throw error
    }
  }

  #read(index: number): { snapshot: Snapshot; looked: Looked } {
    if (this.#last?.index === index) return this.#last
    const found = this.#records[index]
    if (found === undefined) throw new RangeError(`snapshot ${index} of ${this.length}`)
    const { record, first } = found
    const place = `record at ${record.at}`
    const json = this.#json(record, first, place)
    const snapshot = this.#checked(snapshotSchema.safeParse(json), place)
    const looked = this.#checked(lookedSchema.safeParse(json), place)
    this.#last = { index, snapshot, looked }
    return this.#last
  }

  #checked<T>({ data, error }: ZodSafeParseResult<T>, place: string): T {
    if (error === undefined) return data
    const [issue] = error.issues
    throw this.#error([place, ...(issue?.path ?? [])].join('/'), issue?.message ?? 'a snapshot')
  }

  #json(record: FoundRecord, first: FoundRecord | undefined, place: string): unknown {
    try {
      return JSON.parse(this.#text(record, first).toString())
    } catch (error) {
      throw this.#error(place, `a snapshot: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  #text(record: FoundRecord, first: FoundRecord | undefined): Buffer {
    if (first !== undefined) return decodeRecord(record, this.#text(first, undefined))
    if (this.#first?.of !== record) this.#first = { of: record, text: decodeRecord(record) }
    return this.#first.text
  }

  #error(path: string, expected: string, cause?: unknown): ObjectError {
    return new ObjectError({ file: this.file, path, expected, cause })
  }
}

/** Each record with the first of its group. Those whose first one is missing are left out. */
function grouped(records: readonly FoundRecord[]): { record: FoundRecord; first: FoundRecord | undefined }[] {
  const firsts = new Map(records.flatMap((record) => (record.group === 0 ? [[record.check, record] as const] : [])))
  return records.flatMap((record) => (record.group === 0 || firsts.has(record.group) ? [{ record, first: firsts.get(record.group) }] : []))
}
