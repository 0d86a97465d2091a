import type { ExperimentStore } from '../store/store.ts'
import { exportTables, type ExportTable } from './tables.ts'

export type Value = number | string | null

interface Column {
  name: string
  type: 'INTEGER' | 'REAL' | 'TEXT'
}

/** Rows that are read as they are taken. */
export interface Table {
  columns: readonly Column[]
  rows: Iterable<readonly Value[]>
}

export function tableOf(store: ExperimentStore, name: ExportTable): Table {
  const statement = exportTables[name]
  const columns = store.columns(statement).map((column): Column => ({
    name: column.name,
    type: column.type === 'INTEGER' || column.type === 'REAL' ? column.type : 'TEXT',
  }))
  return { columns, rows: rowsOf(store.each(statement), columns.map((column) => column.name)) }
}

function* rowsOf(found: Iterable<Record<string, unknown>>, names: readonly string[]): Generator<Value[]> {
  for (const row of found) {
    yield names.map((name) => {
      const value = row[name]
      return typeof value === 'number' || typeof value === 'string' ? value : null
    })
  }
}
