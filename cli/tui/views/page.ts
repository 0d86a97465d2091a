import { type Area, inner, panel } from '../screen/panel.ts'
import { plain, type Row, span, wrapped } from '../screen/row.ts'
import { shownChord } from '../keys/chords.ts'
import type { Model, Page } from '../state/ui.ts'

/** A text over the view, whole: what is too wide is wrapped, and what is too high can be moved. */
export function pageBox(page: Page, { size, glyphs, bindings }: Pick<Model, 'size' | 'glyphs' | 'bindings'>): Row[] {
  const { title, text, style, from } = page
  const lines = linesOf(text, size)
  const { height } = pageExtent(page, size)
  const content = lines.slice(from, from + height).map((line, index): Row => [span(line, from + index === 0 ? style : 'text')])
  const note: Row = [span('Esc', 'key'), span(' closes', 'dim'), ...(lines.length > height ? [span(`  ${shownChord(bindings.keysOf('down')[0] ?? '')}`, 'key'), span(' more', 'dim')] : [])]
  const columns = Math.min(size.columns - 4, Math.max(title.length + 26, ...lines.map(({ length }) => length + 4)))
  return panel({ title, note, columns, rows: content.length + 2, place: { from, shown: height, total: lines.length } }, content, glyphs)
}

/** How many lines there are, and how many are shown. */
export function pageExtent({ text }: Page, size: Area): { height: number; total: number } {
  const total = linesOf(text, size).length
  return { height: Math.min(total, Math.max(1, size.rows - 6)), total }
}

const linesOf = (text: string, { columns, rows }: Area): string[] => {
  const room = inner({ columns: columns - 4, rows }).columns
  return text.replaceAll('\t', '  ').split('\n').flatMap((line) => {
    const [indent = ''] = /^ {0,20}/.exec(line) ?? []
    return wrapped(plain(line.slice(indent.length)), room - indent.length).map((part) => indent + part)
  })
}
