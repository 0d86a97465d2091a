import { panel } from '../screen/panel.ts'
import { type Row, span, width, wrappedRow } from '../screen/row.ts'
import type { Question } from '../state/ui.ts'
import type { Glyphs } from '../theme/glyphs.ts'

/** The box of a question, as high and as wide as it needs to be. */
export function questionBox({ title, lines, verb }: Question, columns: number, glyphs: Glyphs): Row[] {
  const answers: Row = [span('y', 'key'), span(` ${verb}     `), span('n', 'key'), span(' leave it')]
  const content = [[], ...lines.flatMap((line) => wrappedRow(line, columns - 8)), [], answers]
  const wide = Math.min(columns - 4, Math.max(title.length + 6, ...content.map((row) => width(row) + 4)))
  return panel({ title, columns: wide, rows: content.length + 2 }, content, glyphs)
}
