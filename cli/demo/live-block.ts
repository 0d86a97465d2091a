/** Lines that are drawn again in place on a terminal; elsewhere each drawing is printed once, under the one before. */
export class LiveBlock {
  readonly #stream: NodeJS.WriteStream
  #lines = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  /** Draws `log` lines that stay, and below them `status` lines that the next drawing replaces. */
  draw(log: string, status: string): void {
    // ABI: ECMA-48: cursor up n lines (CUU) and erase to the end of the screen (ED).
    const back = this.#stream.isTTY && this.#lines > 0 ? `\u001B[${this.#lines}A\u001B[0J` : ''
    const shown = this.#stream.isTTY ? `${log}\n${status}\n` : `${log}\n`
    this.#lines = this.#stream.isTTY ? status.split('\n').length : 0
    this.#stream.write(back + shown)
  }

  /** Leaves the last status where it is; where it was not drawn so far it is printed now. */
  end(status: string): void {
    if (!this.#stream.isTTY) this.#stream.write(`${status}\n`)
    this.#lines = 0
  }
}
