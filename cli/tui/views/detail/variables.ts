import type { VariableView } from '../../../../src/monitor/index.ts'
import { plain, type Row, span } from '../../screen/row.ts'
import { type Column, headerRow, itemRow, layOut } from '../../screen/table.ts'
import type { Glyphs } from '../../theme/glyphs.ts'

/** Global variables by name and type. Those that can be changed stand out. */
export function variableRows(variables: readonly VariableView[], columns: number, cursor: number, glyphs: Glyphs): Row[] {
  const laid = layOut(variableColumns, columns)
  return [headerRow(laid, null, glyphs), ...variables.map((one, index) => itemRow(laid, one, columns, index === cursor))]
}

const variableColumns: Column<VariableView>[] = [
  { key: 'name', title: 'NAME', width: 14, most: 28, align: 'left', priority: 0, cell: ({ name, writable }) => [span(plain(name), writable ? 'strong' : 'text')] },
  { key: 'value', title: 'VALUE', width: 12, most: 40, align: 'right', priority: 1, cell: ({ value, writable }) => [span(plain(value), writable ? 'text' : 'dim')] },
  { key: 'type', title: 'TYPE', width: 10, most: 20, align: 'left', priority: 2, style: 'dim', cell: ({ type }) => plain(type) },
  { key: 'section', title: 'IN', width: 8, align: 'left', priority: 3, style: 'dim', cell: ({ section }) => plain(section) },
]
