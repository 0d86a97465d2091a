import { decodeText } from '../../bytes/index.ts'

/** Names of congestion controls by number, so that each is read as text only once. Number 0 is no name. */
export class Names {
  readonly #texts: string[] = ['']
  readonly #bytes: Uint8Array[] = [new Uint8Array()]

  get texts(): readonly string[] {
    return this.#texts
  }

  /** The number of a name that lies in a message, with or without its closing zero. */
  numberOf(view: DataView, at: number, length: number): number {
    let end = 0
    while (end < length && view.getUint8(at + end) !== 0) end += 1
    const known = this.#bytes.findIndex((bytes) => bytes.length === end && isAt(view, at, bytes))
    if (known >= 0) return known
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, end).slice()
    this.#texts.push(decodeText(bytes))
    return this.#bytes.push(bytes) - 1
  }
}

const isAt = (view: DataView, at: number, bytes: Uint8Array): boolean =>
  bytes.every((byte, index) => byte === view.getUint8(at + index))
