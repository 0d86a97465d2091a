/**
 * Text that grows at its end, as bytes. Of a kernel's header most bytes are names, which are copied as they are: to make
 * strings of them, and of the strings others, would take most of the time.
 */
export class TextOut {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0

  /** `size` is that of the text, as far as it can be told. */
  constructor(size: number) {
    this.#bytes = new Uint8Array(size)
  }

  get length(): number {
    return this.#length
  }

  /** Adds ASCII text. */
  put(text: string): void {
    const { length } = text
    if (this.#length + length > this.#bytes.length) this.#grow(length)
    for (let at = 0; at < length; at += 1) this.#bytes[this.#length + at] = text.charCodeAt(at)
    this.#length += length
  }

  /** Adds bytes up to the next zero. */
  putName(names: Uint8Array, offset: number): void {
    for (let at = offset; ; at += 1) {
      const byte = names[at]
      if (byte === undefined || byte === 0) return
      if (this.#length === this.#bytes.length) this.#grow(1)
      this.#bytes[this.#length] = byte
      this.#length += 1
    }
  }

  toString(): string {
    return Buffer.from(this.#bytes.buffer, 0, this.#length).toString()
  }

  #grow(room: number): void {
    const larger = new Uint8Array((this.#bytes.length + room) * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
