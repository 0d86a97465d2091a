import type { Table, Value } from './table.ts'

/** RFC 4180 but for the line ends, which are those of this system. NULL is nothing, an empty text `""`. */
export function* csv({ columns, rows }: Table): Generator<string> {
  yield line(columns.map(({ name }) => name))
  for (const row of rows) yield line(row)
}

const line = (values: readonly Value[]): string => `${values.map(cell).join(',')}\n`

function cell(value: Value): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  return value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** An object a line. What JSON has no number for is null. */
export function* ndjson({ columns, rows }: Table): Generator<string> {
  const keys = columns.map(({ name }) => JSON.stringify(name))
  for (const row of rows) yield `{${row.map((value, index) => `${keys[index]}:${JSON.stringify(value)}`).join(',')}}\n`
}
