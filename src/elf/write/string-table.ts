/** The strings of a file that is being written, each stored once. */
export class StringTable {
  readonly #parts: Buffer[] = [Buffer.alloc(1)]
  readonly #offsets = new Map<string, number>([['', 0]])
  #end = 1

  /** Where the string stands. Throws a `RangeError` for one that would end too early. */
  add(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    if (text.includes('\0')) throw new RangeError('a name in an ELF file has no zero byte in it')
    const offset = this.#end
    const bytes = Buffer.from(`${text}\0`)
    this.#parts.push(bytes)
    this.#end += bytes.length
    this.#offsets.set(text, offset)
    return offset
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts))
  }
}
