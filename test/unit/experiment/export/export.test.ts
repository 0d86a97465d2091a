import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { parquetReadObjects } from 'hyparquet'
import * as assert from 'uvu/assert'
import { type ExportFormat, type ExportTable, ExperimentStore, exportTable, exportTables, isExportTable } from '../../../../src/experiment/index.ts'
import { madeUpExperiment, madeUpFacts, madeUpResult } from '../../../support/made-up-experiment.ts'
import { needs, suite } from '../../../support/needs.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('exporting an experiment', [needs.sqlite3])

const hostile = 'a,"b"\n=1+1;\u2028<\'é'
const names = Object.keys(exportTables).filter(isExportTable)

let directory: TemporaryDirectory
let store: ExperimentStore
let file: string

test.before(() => {
  directory = temporaryDirectory()
  const path = join(directory.path, 'run')
  const experiment = madeUpExperiment({ blocks: 1 })
  const [first, ...scenarios] = experiment.scenarios
  store = ExperimentStore.create(path, { ...experiment, scenarios: [{ ...first, name: hostile, path: null }, ...scenarios] })
  store.beginRun(madeUpFacts)
  for (const trial of experiment.trials) store.addTrial(madeUpResult(trial, { acks: trial.index === 0 ? 50 : 0 }))
  file = join(path, 'experiment.sqlite')
})
test.after(() => {
  store.close()
  directory[Symbol.dispose]()
})

async function exported(name: ExportTable, format: ExportFormat, from = store): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of exportTable(from, name, format)) pieces.push(piece)
  return Buffer.concat(pieces)
}

type Row = Record<string, unknown>

/** What sqlite3 answers to the statement of a table. */
async function expected(name: ExportTable): Promise<Row[]> {
  const { stdout } = await execa('sqlite3', ['-json', file, exportTables[name]])
  const rows: Row[] = JSON.parse(stdout)
  return rows
}

/** sqlite3 prints 17 digits, of which the last one is not always the nearest. */
const near = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(14)) : value)
const rounded = (rows: readonly Row[]): Row[] => rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, near(value)])))

for (const name of names) {
  test(`${name}: NDJSON has what sqlite3 says`, async () => {
    const lines = String(await exported(name, 'ndjson')).trimEnd().split('\n')
    assert.equal(rounded(lines.map((line): Row => JSON.parse(line))), rounded(await expected(name)))
  })

  test(`${name}: sqlite3 reads the CSV as what it says itself`, async () => {
    const table = join(directory.path, `${name}.csv`)
    writeFileSync(table, await exported(name, 'csv'))
    const read = ['.import --csv ' + table + ' back', '.mode json', 'SELECT * FROM back'].flatMap((command) => ['-cmd', command])
    const { stdout } = await execa('sqlite3', [...read, ':memory:', ''])
    const rows: Row[] = JSON.parse(stdout)
    // It takes everything for text.
    assert.equal(rows.map(texts), rounded(await expected(name)).map(texts))
  })

  test(`${name}: Parquet has the same, with types`, async () => {
    const bytes = await exported(name, 'parquet')
    const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
    const found = rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value])))
    assert.equal(rounded(found), rounded(await expected(name)))
    const integer = store.columns(exportTables[name]).find(({ type }) => type === 'INTEGER')
    assert.is(typeof rows[0]?.[integer?.name ?? ''], 'bigint')
  })
}

/** All values as texts, and numbers as `near` has them. */
const texts = (row: Row): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') return [key, '']
      return [key, key === 'scenario_name' || value === '' || Number.isNaN(Number(value)) ? String(value) : String(near(Number(value)))]
    }),
  )

test('trials that are not valid are only among the trials', async () => {
  const [trials, metrics] = [await expected('trials'), await expected('metrics')]
  assert.ok(trials.some(({ valid }) => valid === 0))
  const invalid = new Set(trials.filter(({ valid }) => valid === 0).map(({ trial }) => trial))
  assert.not(metrics.some(({ trial }) => invalid.has(trial)))
})

test('an experiment of which nothing has run has columns and no rows', async () => {
  using empty = temporaryDirectory()
  using fresh = ExperimentStore.create(join(empty.path, 'run'), madeUpExperiment({ blocks: 1 }))
  const all = async (format: ExportFormat) => exported('samples', format, fresh)
  assert.match(String(await all('csv')), /^trial,scenario,scenario_name,design,block,time_ns,[^\n]*\n$/)
  assert.is((await all('ndjson')).length, 0)
  assert.equal(await parquetReadObjects({ file: Uint8Array.from(await all('parquet')).buffer }), [])
})

test.run()
