import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { UsageError } from '../../errors/index.ts'
import type { FlowRecord, TrialResult } from '../trial.ts'
import { ackColumns, queueColumns, sampleColumns } from './columns.ts'

/** Writes all rows of a trial. Call it in a transaction. A trial that was not valid gives way to the one that is new. */
export function writeTrial(database: DatabaseSync, run: number, result: TrialResult): void {
  const { index } = result.trial
  makeRoom(database, index)
  writeOutcome(database, run, result)
  insert(database, 'metrics', index, ['arm', 'metric', 'value'], result.metrics.map(({ arm, metric, value }) => [arm, metric, value]))
  insert(database, 'programs', index, ['arm', 'member', 'runs', 'ns'], result.programs.map(({ arm, member, runs, ns }) => [arm, member, runs, ns]))
  insert(database, 'flows', index, flowColumns, result.flows.map(flowRow))
  insertColumns(database, 'samples', 'sample', index, sampleColumns.map(([column, key]) => [column, result.samples[key]]))
  const { acks } = result
  if (acks !== undefined) insertColumns(database, 'acks', 'ack', index, ackColumns.map(([column, key]) => [column, acks.columns[key]]))
  insertColumns(database, 'queue', 'bucket', index, queueColumns.map(([column, key]) => [column, result.queue[key]]))
}

function makeRoom(database: DatabaseSync, trial: number): void {
  const stored = database.prepare('SELECT valid, started_at FROM trials WHERE trial = ?').get(trial)
  if (stored === undefined) throw new UsageError(`trial ${trial} is not in the plan of this experiment`)
  if (stored['valid'] === 1) throw new UsageError(`trial ${trial} is stored already`, { hint: 'ccdk ab --resume leaves out what was done' })
  if (stored['valid'] === null) return
  database.prepare('INSERT INTO discarded SELECT trial, started_at, reasons FROM trials WHERE trial = ?').run(trial)
  for (const table of ['metrics', 'programs', 'flows', 'samples', 'acks', 'queue']) database.prepare(`DELETE FROM ${table} WHERE trial = ?`).run(trial)
}

function writeOutcome(database: DatabaseSync, run: number, { trial, startedAt, seconds, valid, reasons, cpu, acks }: TrialResult): void {
  const set = 'run = ?, started_at = ?, seconds = ?, valid = ?, reasons = ?, cpu_busy = ?, cpu_steal = ?, acks_unread = ?'
  database
    .prepare(`UPDATE trials SET ${set} WHERE trial = ?`)
    .run(run, startedAt, seconds, Number(valid), JSON.stringify(reasons), cpu.busy, cpu.steal, acks?.unread ?? null, trial.index)
}

const flowColumns = [
  'flow', 'workload', 'connection', 'kind', 'arm', 'cc', 'family', 'direction', 'client', 'server', 'local_port',
  'remote_port', 'planned_ns', 'start_ns', 'end_ns', 'bytes', 'asked', 'ecn', 'retransmits', 'error',
]

function flowRow(record: FlowRecord, index: number): SQLInputValue[] {
  const { workload, flow, kind, arm, cc, family, direction, client, server, localPort, remotePort } = record
  const { plannedNs, startNs, endNs, bytes, asked, ecn, retransmits, error } = record
  const who = [index, workload, flow, kind, arm, cc, family, direction, client, server, localPort, remotePort]
  const times = [Math.round(plannedNs), Math.round(startNs), endNs === null ? null : Math.round(endNs)]
  return [...who, ...times, bytes, asked, Number(ecn), retransmits, error ?? null]
}

function insert(database: DatabaseSync, table: string, trial: number, columns: readonly string[], rows: readonly SQLInputValue[][]): void {
  const statement = insertion(database, table, columns)
  for (const row of rows) statement.run(trial, ...row)
}

type Column = readonly [name: string, values: Float64Array | Uint32Array]

/** Rows that are numbered by their place in the arrays. */
function insertColumns(database: DatabaseSync, table: string, number: string, trial: number, columns: readonly Column[]): void {
  const [, { length } = []] = columns[0] ?? []
  const odd = columns.find(([, values]) => values.length !== length)
  if (odd !== undefined) throw new UsageError(`${table} of trial ${trial}: ${odd[0]} has ${odd[1].length} rows, and others have ${length}`)
  const statement = insertion(database, table, [number, ...columns.map(([name]) => name)])
  const whole = columns.map(([name, values]) => ({ values, isWhole: name.endsWith('_ns') && name !== 'delay_ns' }))
  for (let row = 0; row < (length ?? 0); row += 1) {
    statement.run(trial, row, ...whole.map(({ values, isWhole }) => (isWhole ? Math.round(values[row] ?? 0) : (values[row] ?? 0))))
  }
}

const insertion = (database: DatabaseSync, table: string, columns: readonly string[]) =>
  database.prepare(`INSERT INTO ${table} (trial, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`)
