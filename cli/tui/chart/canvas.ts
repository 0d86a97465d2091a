import type { Style } from '../theme/styles.ts'
import { type Row, span, type Span } from '../screen/row.ts'

/** Something to draw with dots on: rows of letters that each hold several. */
export interface Canvas {
  /** In dots. */
  readonly width: number
  readonly height: number
  /** From the left, from the bottom. What lies outside is left out. */
  dot(x: number, y: number, style: Style): void
  rows(): Row[]
}

/** ABI: Unicode, U+2800: the bits of the dots of a cell, by column from the top. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

abstract class Cells implements Canvas {
  readonly width: number
  readonly height: number
  protected readonly cells: Uint8Array
  protected readonly styles: (Style | undefined)[]
  protected readonly columns: number
  protected readonly lines: number

  constructor(columns: number, lines: number, across: number, down: number) {
    this.columns = columns
    this.lines = lines
    this.width = columns * across
    this.height = lines * down
    this.cells = new Uint8Array(columns * lines)
    this.styles = Array.from({ length: columns * lines })
  }

  dot(x: number, y: number, style: Style): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    this.set(x, this.height - 1 - y, style)
  }

  protected abstract set(x: number, y: number, style: Style): void
  protected abstract letter(cell: number, style: Style): string

  rows(): Row[] {
    return Array.from({ length: this.lines }, (_, y) => {
      const row: Span[] = []
      for (let x = 0; x < this.columns; x += 1) {
        const style = this.styles[y * this.columns + x]
        const text = style === undefined ? ' ' : this.letter(this.cells[y * this.columns + x] ?? 0, style)
        const last = row.at(-1)
        if (last !== undefined && last.style === (style ?? 'text')) last.text += text
        else row.push(span(text, style ?? 'text'))
      }
      return row
    })
  }
}

/** Eight dots a letter. Where curves meet, the last one that was drawn gives the cell its colour. */
class Braille extends Cells {
  constructor(columns: number, lines: number) {
    super(columns, lines, 2, 4)
  }

  protected override set(x: number, y: number, style: Style): void {
    const cell = (y >> 2) * this.columns + (x >> 1)
    this.cells[cell] = (this.cells[cell] ?? 0) | (dots[x & 1]?.[y & 3] ?? 0)
    this.styles[cell] = style
  }

  protected override letter(cell: number): string {
    return String.fromCharCode(0x2800 + cell)
  }
}

const marks: Partial<Record<Style, string>> = { first: '*', second: 'o', third: '.' }

/** One mark a letter; each curve has its own, so that they can be told apart without colours. */
class Ascii extends Cells {
  constructor(columns: number, lines: number) {
    super(columns, lines, 1, 1)
  }

  protected override set(x: number, y: number, style: Style): void {
    this.cells[y * this.columns + x] = 1
    this.styles[y * this.columns + x] = style
  }

  protected override letter(_cell: number, style: Style): string {
    return marks[style] ?? '*'
  }
}

export const canvas = (columns: number, lines: number, braille: boolean): Canvas =>
  braille ? new Braille(columns, lines) : new Ascii(columns, lines)
