import { stripVTControlCharacters } from 'node:util'

/** Lines up columns by their widest cell, two spaces between; columns named in `right` are set to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell))
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const space = ' '.repeat((widths[column] ?? 0) - width(cell))
          return right.includes(column) ? space + cell : cell + space
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** How many columns a text takes on a terminal; none of our words has a letter that takes two. */
export const width = (text: string): number => stripVTControlCharacters(text).length
