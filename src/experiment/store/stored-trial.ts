import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { z } from 'zod'
import {
  ackColumnsOf,
  type AckRecord,
  type FlowRecord,
  type MetricValue,
  type QueueColumns,
  type SampleColumns,
  samplesOf,
  type Trial,
  type TrialResult,
} from '../trial.ts'
import { ackColumns, queueColumns, queueOf, sampleColumns } from './columns.ts'

type Row = Record<string, SQLOutputValue>

/** Runs a statement, and tells what SQLite says against it as an error of ours. */
export type Reading = <Result>(read: (database: DatabaseSync) => Result) => Result

const trialSchema = z.object({
  trial: z.number(),
  scenario: z.number(),
  design: z.enum(['alone', 'mixed']),
  block: z.number(),
  arm: z.string().nullable(),
  seed: z.number(),
})

export const trialOf = (row: Row): Trial => {
  const { trial: index, arm, ...rest } = trialSchema.parse(row)
  return { index, ...rest, ...(arm === null ? {} : { arm }) }
}

const outcomeSchema = z.object({
  run: z.number(),
  started_at: z.string(),
  seconds: z.number(),
  valid: z.number(),
  reasons: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  cpu_busy: z.number(),
  cpu_steal: z.number(),
  acks_unread: z.number().nullable(),
})

/** A trial that has run. What it measured is read when it is asked for, each time anew. */
export class StoredTrial implements TrialResult {
  readonly trial: Trial
  /** Which call of the experiment it belongs to. */
  readonly run: number
  readonly startedAt: string
  readonly seconds: number
  readonly valid: boolean
  readonly reasons: string[]
  readonly cpu: TrialResult['cpu']
  readonly #read: Reading
  readonly #acksUnread: number | null

  constructor(row: Row, read: Reading) {
    const outcome = outcomeSchema.parse(row)
    this.trial = trialOf(row)
    this.run = outcome.run
    this.startedAt = outcome.started_at
    this.seconds = outcome.seconds
    this.valid = outcome.valid === 1
    this.reasons = outcome.reasons
    this.cpu = { busy: outcome.cpu_busy, steal: outcome.cpu_steal }
    this.#read = read
    this.#acksUnread = outcome.acks_unread
  }

  get metrics(): MetricValue[] {
    return this.#rows('SELECT arm, metric, value FROM metrics WHERE trial = ?', metricSchema)
  }

  get programs(): TrialResult['programs'] {
    return this.#rows('SELECT arm, member, runs, ns FROM programs WHERE trial = ?', programSchema)
  }

  get flows(): FlowRecord[] {
    return this.#rows('SELECT * FROM flows WHERE trial = ? ORDER BY flow', flowSchema)
  }

  get samples(): SampleColumns {
    return this.#fill('samples', 'sample', samplesOf, sampleColumns)
  }

  get acks(): AckRecord | undefined {
    if (this.#acksUnread === null) return undefined
    return { columns: this.#fill('acks', 'ack', ackColumnsOf, ackColumns), unread: this.#acksUnread }
  }

  get queue(): QueueColumns {
    return this.#fill('queue', 'bucket', queueOf, queueColumns)
  }

  #rows<Result>(statement: string, schema: z.ZodType<Result>): Result[] {
    return this.#read((database) => database.prepare(statement).all(this.trial.index).map((row) => schema.parse(row)))
  }

  #fill<Key extends string, Table extends Record<Key, Float64Array | Uint32Array>>(
    table: string,
    number: string,
    make: (rows: number) => Table,
    columns: readonly (readonly [string, Key])[],
  ): Table {
    return this.#read((database) => {
      const counted = database.prepare(`SELECT count(*) AS rows FROM ${table} WHERE trial = ?`).get(this.trial.index)
      const into = make(Number(counted?.['rows'] ?? 0))
      const names = columns.map(([column]) => column).join(', ')
      const statement = database.prepare(`SELECT ${names} FROM ${table} WHERE trial = ? ORDER BY ${number}`)
      const arrays = columns.map(([column, key]) => ({ column, values: into[key] }))
      let row = 0
      for (const found of statement.iterate(this.trial.index)) {
        for (const { column, values } of arrays) values[row] = Number(found[column])
        row += 1
      }
      return into
    })
  }
}

/** NULL stands for a figure that is none. */
const metricSchema = z.object({ arm: z.string(), metric: z.string(), value: z.number().nullable().transform((value) => value ?? Number.NaN) })

const programSchema = z.object({ arm: z.string(), member: z.string(), runs: z.number(), ns: z.number() })

const kinds = ['bulk', 'onOff', 'shortFlows', 'incast', 'video', 'requestResponse'] as const

const flowSchema = z
  .object({
    workload: z.number(),
    connection: z.number(),
    kind: z.enum(kinds),
    arm: z.string(),
    cc: z.string(),
    family: z.enum(['ipv4', 'ipv6']),
    direction: z.enum(['forward', 'reverse']),
    client: z.number(),
    server: z.number(),
    local_port: z.number(),
    remote_port: z.number(),
    planned_ns: z.number(),
    start_ns: z.number(),
    end_ns: z.number().nullable(),
    bytes: z.number(),
    asked: z.number().nullable(),
    ecn: z.number(),
    retransmits: z.number(),
    error: z.string().nullable(),
  })
  .transform(({ connection, local_port, remote_port, planned_ns, start_ns, end_ns, ecn, error, ...same }): FlowRecord => ({
    ...same,
    flow: connection,
    localPort: local_port,
    remotePort: remote_port,
    plannedNs: planned_ns,
    startNs: start_ns,
    endNs: end_ns,
    ecn: ecn === 1,
    ...(error === null ? {} : { error }),
  }))
