import type { Btf } from '../btf/index.ts'

/** Texts that share their bytes, each from another one on, could make a small file stand for a huge one. */
const mostStretch = 8

/** The strings of an object's BTF, each read once. */
export class InputStrings {
  readonly #btf: Btf
  readonly #known = new Map<number, string>([[0, '']])
  #room: number

  constructor(btf: Btf) {
    this.#btf = btf
    this.#room = btf.strings.length * mostStretch
  }

  /** The string at an offset. `user` is the type that names it, for the error. */
  at(offset: number, user = 0): string {
    const known = this.#known.get(offset)
    if (known !== undefined) return known
    const text = this.#btf.string(offset, user)
    this.#room -= text.length + 1
    if (this.#room < 0) this.#btf.fail(user, 'strings that have bytes of their own')
    this.#known.set(offset, text)
    return text
  }
}
