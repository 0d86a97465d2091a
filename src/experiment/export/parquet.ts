import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { Table, Value } from './table.ts'

/** Rows that are in memory at once. Readers skip row groups as a whole. */
const groupRows = 50_000

const types = { INTEGER: 'INT64', REAL: 'DOUBLE', TEXT: 'STRING' } as const

/** Parquet with Snappy, which pandas, R's arrow and DuckDB read as it is. Any column may have NULLs. */
export function* parquet({ columns, rows }: Table, createdBy: string): Generator<Uint8Array> {
  const bytes = new ByteWriter()
  const sources = (data: readonly Value[][]): ColumnSource[] =>
    columns.map(({ name, type }, index) => ({ name, type: types[type], data: data.map((row) => valueOf(row[index] ?? null, type)) }))
  const writer = new ParquetWriter({ writer: bytes, schema: schemaFromColumnData({ columnData: sources([]) }), createdBy })
  for (const group of groups(rows)) {
    void writer.write({ columnData: sources(group), rowGroupSize: groupRows })
    yield taken(bytes)
  }
  void writer.finish()
  yield taken(bytes)
}

const valueOf = (value: Value, type: keyof typeof types): Value | bigint =>
  type === 'INTEGER' && typeof value === 'number' ? BigInt(value) : value

function* groups(rows: Iterable<readonly Value[]>): Generator<Value[][]> {
  let group: Value[][] = []
  for (const row of rows) {
    group.push([...row])
    if (group.length < groupRows) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** What was written since; the writer's own offset goes on. */
function taken(bytes: ByteWriter): Uint8Array {
  const chunk = bytes.getBytes().slice()
  bytes.index = 0
  return chunk
}
