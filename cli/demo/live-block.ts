import { stripVTControlCharacters } from 'node:util'
import { width } from '../output/table.ts'

type Terminal = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>

/**
 * Lines that stay, and below them a status that is drawn again in place. Where nothing can be drawn in place, which is
 * anywhere but on a terminal, the lines are printed as they come and the status once, at the end.
 */
export class LiveBlock {
  readonly #terminal: Terminal
  readonly #inPlace: boolean
  /** The width of each line that the next drawing replaces. */
  #drawn: number[] = []

  constructor(terminal: Terminal, kind = process.env['TERM']) {
    this.#terminal = terminal
    this.#inPlace = terminal.isTTY && kind !== 'dumb'
  }

  /** Adds `lines` for good and draws `status` below them. */
  draw(lines: string, status: string): void {
    if (!this.#inPlace) {
      this.#terminal.write(`${lines}\n`)
      return
    }
    const { columns, rows } = this.#size()
    // What has scrolled out of the screen cannot be replaced: a status is lower than the screen, and a line is one row.
    const shown = status
      .split('\n')
      .slice(0, Math.max(1, rows - 2))
      .map((line) => cut(line, columns))
    this.#terminal.write(`${this.#back()}${lines}\n${shown.join('\n')}\n`)
    this.#drawn = shown.map(width)
  }

  /** Leaves the last status where it is; where none was drawn so far, it is printed now. */
  end(status: string): void {
    const back = this.#back()
    this.#drawn = []
    // Whole lines this time: nothing will be drawn over them.
    this.#terminal.write(`${back}${status}\n`)
  }

  /** A terminal that does not know its size says 0. */
  #size(): { columns: number; rows: number } {
    return { columns: this.#terminal.columns || 80, rows: this.#terminal.rows || 24 }
  }

  /** Takes the status away. */
  #back(): string {
    if (this.#drawn.length === 0) return ''
    // A terminal that was made narrower meanwhile has broken long lines into several rows.
    const rows = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / this.#size().columns)), 0)
    // ABI: ECMA-48: cursor up n lines (CUU) and erase to the end of the screen (ED).
    return `\u001B[${rows}A\u001B[0J`
  }
}

/** Cuts a line so that it takes one row; one that is too long loses its colours, whose ends would be cut too. */
function cut(line: string, columns: number): string {
  return width(line) <= columns ? line : `${stripVTControlCharacters(line).slice(0, Math.max(0, columns - 1))}…`
}
