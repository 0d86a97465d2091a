import { stripVTControlCharacters } from 'node:util'

/** What a terminal shows, as a picture whose text stays text. */

/** Select Graphic Rendition, ECMA-48. */
const sgr = new RegExp(`${String.fromCodePoint(0x1b)}\\[(\\d+)m`)

const cell = { width: 8.4, height: 18 }
const margin = 16

const colours: Readonly<Record<string, string>> = { 31: '#f47067', 32: '#6bc46d', 33: '#daaa3f', 36: '#56d4dd' }

interface Style {
  bold: boolean
  dim: boolean
  colour: string | undefined
}

/** Draws the lines of `text`, in which SGR sequences (ECMA-48) set bold, dim and the colours of the foreground. */
export function toSvg(text: string, command: string): string {
  const lines = [`\u001B[2m${command}\u001B[22m`, ...text.split('\n')]
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = lines.length * cell.height + 2 * margin
  const style: Style = { bold: false, dim: false, colour: undefined }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>text{font-size:14px;font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#1c2128"/>`,
    ...lines.flatMap((line, row) => spansOf(line, row, style)),
    '</svg>',
    '',
  ].join('\n')
}

/** The parts of a line, each in its own style and its own place, so that no font can shift the columns. */
function spansOf(line: string, row: number, style: Style): string[] {
  let column = 0
  // Every other part is the number of a sequence.
  return line.split(sgr).flatMap((part, index) => {
    if (index % 2 === 1) {
      apply(part, style)
      return []
    }
    const start = column
    column += part.length
    return part.trim() === '' ? [] : [span(part, start, row, style)]
  })
}

function apply(code: string, style: Style): void {
  if (code === '1') style.bold = true
  else if (code === '2') style.dim = true
  else if (code === '22') style.bold = style.dim = false
  else style.colour = code === '39' ? undefined : colours[code]
}

function span(text: string, column: number, row: number, { bold, dim, colour }: Style): string {
  const indent = text.length - text.trimStart().length
  const x = (margin + (column + indent) * cell.width).toFixed(1)
  const y = (margin + (row + 0.75) * cell.height).toFixed(1)
  const escaped = text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00A0')
  return `<text x="${x}" y="${y}" fill="${colour ?? (dim ? '#768390' : '#d5d9df')}"${bold ? ' font-weight="bold"' : ''}>${escaped}</text>`
}
