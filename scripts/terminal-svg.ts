import { stripVTControlCharacters } from 'node:util'

/** What a terminal shows, as a picture whose text stays text. */

/** Select Graphic Rendition, ECMA-48. */
const sgr = new RegExp(`${String.fromCodePoint(0x1b)}\\[([\\d;]*)m`)

const cell = { width: 8.4, height: 18 }
const margin = 16
const paper = '#1c2128'
const ink = { usual: '#d5d9df', dim: '#768390' }

/** The sixteen colours of a terminal, first the dark ones. */
const sixteen = [
  '#545d68', '#f47067', '#6bc46d', '#daaa3f', '#6cb6ff', '#dcbdfb', '#56d4dd', '#adbac7',
  '#768390', '#ff938a', '#8ddb8c', '#eac55f', '#96d0ff', '#e2c5ff', '#76e3ea', '#ffffff',
]

interface Style {
  bold: boolean
  dim: boolean
  reverse: boolean
  colour: string | undefined
  background: string | undefined
}

const plain: Style = { bold: false, dim: false, reverse: false, colour: undefined, background: undefined }

/** Draws the lines of `text`, in which SGR sequences (ECMA-48, with xterm's 256 colours) set how it looks. */
export function toSvg(text: string, command: string): string {
  const lines = [`\u001B[2m${command}\u001B[22m`, ...text.split('\n')]
  const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length))
  const width = Math.ceil(columns * cell.width + 2 * margin)
  const height = lines.length * cell.height + 2 * margin
  const style = { ...plain }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>text{font-size:14px;font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${paper}"/>`,
    ...lines.flatMap((line, row) => spansOf(line, row, style)),
    '</svg>',
    '',
  ].join('\n')
}

/** The parts of a line, each in its own style and its own place, so that no font can shift the columns. */
function spansOf(line: string, row: number, style: Style): string[] {
  let column = 0
  // Every other part is the numbers of a sequence.
  return line.split(sgr).flatMap((part, index) => {
    if (index % 2 === 1) {
      apply(part.split(';').map(Number), style)
      return []
    }
    const start = column
    column += part.length
    return drawn(part, start, row, style)
  })
}

function apply(codes: readonly number[], style: Style): void {
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 0) Object.assign(style, plain)
    else if (code === 1) style.bold = true
    else if (code === 2) style.dim = true
    else if (code === 7) style.reverse = true
    else if (code === 22) style.bold = style.dim = false
    else if (code === 27) style.reverse = false
    else if (code === 39) style.colour = undefined
    else if (code === 49) style.background = undefined
    else if (code === 38 || code === 48) {
      // Only the palette: 38;5;N.
      const colour = colourOf(codes[at + 2] ?? 0)
      if (code === 38) style.colour = colour
      else style.background = colour
      at += 2
    } else if (code >= 90) style.colour = sixteen[code - 90 + 8]
    else if (code >= 40) style.background = sixteen[code - 40]
    else if (code >= 30) style.colour = sixteen[code - 30]
  }
}

/** A colour of xterm's palette: 16, a cube of 6 by 6 by 6, and 24 greys. */
function colourOf(number: number): string | undefined {
  if (number < 16) return sixteen[number]
  if (number >= 232) return hex(8 + 10 * (number - 232), 8 + 10 * (number - 232), 8 + 10 * (number - 232))
  const step = (share: number): number => (share === 0 ? 0 : 55 + 40 * share)
  const place = number - 16
  return hex(step(Math.floor(place / 36)), step(Math.floor(place / 6) % 6), step(place % 6))
}

const hex = (...parts: readonly number[]): string => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`

function drawn(text: string, column: number, row: number, { bold, dim, reverse, colour, background }: Style): string[] {
  const front = colour ?? (dim ? ink.dim : ink.usual)
  const [fill, behind] = reverse ? [background ?? paper, front] : [front, background]
  const x = margin + column * cell.width
  const box = `<rect x="${x.toFixed(1)}" y="${(margin + row * cell.height).toFixed(1)}" width="${(text.length * cell.width).toFixed(1)}" height="${cell.height}" fill="${behind}"/>`
  const indent = text.length - text.trimStart().length
  const escaped = text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00A0')
  const y = (margin + (row + 0.75) * cell.height).toFixed(1)
  const words = `<text x="${(x + indent * cell.width).toFixed(1)}" y="${y}" fill="${fill}"${bold ? ' font-weight="bold"' : ''}>${escaped}</text>`
  return [...(behind === undefined || text === '' ? [] : [box]), ...(escaped === '' ? [] : [words])]
}
