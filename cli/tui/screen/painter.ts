import type { Area } from './panel.ts'

/** What the painter writes to. */
export type Terminal = Pick<NodeJS.WriteStream, 'write'>

// ABI: DEC private modes of xterm. A terminal shows what comes in between at once, or ignores both.
const begin = '\u001B[?2026h'
const end = '\u001B[?2026l'

/**
 * Draws lines in place: only those that have changed are written. Ink lays out every cell of every frame anew, which at
 * 120×40 takes 7 ms and leaves half a megabyte of garbage; comparing forty lines takes next to nothing.
 */
export class Painter {
  readonly #terminal: Terminal
  #lines: readonly string[] = []
  #size: Area = { columns: 0, rows: 0 }

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** The lines of the whole screen, each as wide as it is. */
  paint(lines: readonly string[], size: Area): void {
    const isNew = size.columns !== this.#size.columns || size.rows !== this.#size.rows
    const changed = lines.flatMap((line, y) => (isNew || line !== this.#lines[y] ? [`\u001B[${y + 1};1H${line}`] : []))
    this.#lines = lines
    this.#size = size
    if (changed.length > 0) this.#terminal.write(`${begin}${isNew ? '\u001B[2J' : ''}${changed.join('')}${end}`)
  }
}
