import type { Style } from '../theme/styles.ts'

/** A piece of a line in one style. */
export interface Span {
  text: string
  style: Style
  /** Stands in the row that the cursor is on. */
  chosen?: true
}

/** A line of the screen. Every letter of it takes one column: see `plain`. */
export type Row = readonly Span[]

export const span = (text: string, style: Style = 'text'): Span => ({ text, style })

export const width = (row: Row): number => row.reduce((sum, { text }) => sum + text.length, 0)

export const blank = (columns: number): Row => (columns > 0 ? [span(' '.repeat(columns))] : [])

/**
 * A text of others, such as a process's name, as letters of one column each: what controls the terminal, combines or
 * is wide becomes a question mark.
 */
export const plain = (text: string): string => text.replaceAll(/[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u0391-\u03c9\u2013\u2026\u2192]/gu, '?')

const inAscii: Readonly<Record<string, string>> = { µ: 'u', '–': '-', '…': '~', '×': 'x', '→': '>' }

/** The same for a terminal that shows nothing but ASCII. */
export const asciiOf = (row: Row): Row =>
  row.map((piece) => ({ ...piece, text: piece.text.replaceAll(/[^\x20-\x7e]/g, (letter) => inAscii[letter] ?? '?') }))

/** The columns from `from` to before `to`. */
export function slice(row: Row, from: number, to = Infinity): Row {
  const found: Span[] = []
  let at = 0
  for (const piece of row) {
    const text = piece.text.slice(Math.max(0, from - at), Math.max(0, to - at))
    if (text !== '') found.push({ ...piece, text })
    at += piece.text.length
  }
  return found
}

/** Exactly so many columns: filled up with blanks, or cut, which an ellipsis tells. */
export function fit(row: Row, columns: number, ellipsis = '…'): Row {
  const has = width(row)
  if (has === columns) return row
  if (has < columns) return [...row, ...blank(columns - has)]
  const last = slice(row, columns - 1, columns)[0]
  return columns <= 0 ? [] : [...slice(row, 0, columns - 1), { ...last, text: ellipsis, style: last?.style ?? 'text' }]
}

/** Left and right on one line; the right one gives way when there is no room for both. */
export function ends(left: Row, right: Row, columns: number): Row {
  const between = columns - width(left) - width(right)
  return between >= 1 ? [...left, ...blank(between), ...right] : fit(left, columns)
}

export const centred = (row: Row, columns: number): Row => fit([...blank(Math.floor((columns - width(row)) / 2)), ...row], columns)

/** Blocks of rows side by side. Each has its width already; the shorter ones are filled up. */
export function beside(blocks: readonly { rows: readonly Row[]; columns: number }[]): Row[] {
  const height = Math.max(...blocks.map(({ rows }) => rows.length))
  return Array.from({ length: height }, (_, y) => blocks.flatMap(({ rows, columns }) => fit(rows[y] ?? [], columns)))
}

/** Puts a block over the middle of what is there. */
export function over(under: readonly Row[], block: readonly Row[], columns: number): Row[] {
  const wide = Math.max(...block.map(width))
  const left = Math.max(0, Math.floor((columns - wide) / 2))
  const top = Math.max(0, Math.floor((under.length - block.length) / 2))
  return under.map((row, y) => {
    const piece = block[y - top]
    return piece === undefined ? row : [...slice(row, 0, left), ...fit(piece, wide), ...slice(row, left + wide)]
  })
}

/** A text in lines of so many columns at the most, broken between words, and within one that is too long for a line. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(...(word.match(new RegExp(`.{1,${Math.max(1, columns)}}`, 'gu')) ?? ['']))
  }
  return lines
}

/** Why something is not there, in its place. */
export const unreadRows = (why: string, columns: number): Row[] => why.split('\n').flatMap((line) => wrapped(plain(line), columns)).map((line): Row => [span(line, 'bad')])

/** A row on as many lines as it takes, broken at a blank where there is one. */
export function wrappedRow(row: Row, columns: number): Row[] {
  if (width(row) <= columns || columns < 1) return [row]
  const at = textOf(row).slice(0, columns + 1).lastIndexOf(' ')
  const [end, next] = at > 0 ? [at, at + 1] : [columns, columns]
  return [slice(row, 0, end), ...wrappedRow(slice(row, next), columns)]
}

export const chosen = (row: Row): Row => row.map((piece) => ({ ...piece, chosen: true }))

export const textOf = (row: Row): string => row.map(({ text }) => text).join('')
