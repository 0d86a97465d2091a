import { longestName } from '../bytes/index.ts'

const underscore = 0x5f
/** From this many types on only the first bytes of a name decide its place in the table: a kernel's names differ early. */
const many = 20_000
const prefixOfMany = 8
const longestChain = 4000

/** Where a type's name stands: in the strings of its own BTF or of the base, as its offset says. */
export interface NameStrings {
  own: Uint8Array
  /** Offsets below it are those of the base's strings. */
  firstOwn: number
  base: Uint8Array
}

/**
 * Finds types by name: a hash table with chaining in two typed arrays, over the first bytes of the names. It is built
 * in one pass when a name is first asked for. A Map of a kernel's 100,000 names would take ten times as long, and a
 * search through the strings takes as long for every single name.
 */
export class NameIndex {
  readonly #words: Uint32Array
  readonly #starts: Uint32Array
  readonly #strings: NameStrings
  #heads = new Uint32Array(1)
  #next = new Uint32Array(0)
  #prefix = 0

  /** `starts` gives the word of `words` at which each type, and so its name's offset, stands. */
  constructor(words: Uint32Array, starts: Uint32Array, strings: NameStrings) {
    this.#words = words
    this.#starts = starts
    this.#strings = strings
    this.#build(starts.length < many ? longestName : prefixOfMany)
  }

  #build(prefix: number): void {
    const words = this.#words
    const starts = this.#starts
    const heads = new Uint32Array(2 ** Math.ceil(Math.log2(starts.length + 1)))
    const next = new Uint32Array(starts.length)
    const { own, base, firstOwn } = this.#strings
    // From the last to the first, so that each chain lists its types in order. 0 ends a chain: entries count from 1.
    for (let index = starts.length - 1; index >= 0; index -= 1) {
      const name = words[starts[index] ?? 0] ?? 0
      if (name === 0) continue
      const slot = (name < firstOwn ? hash(base, name, prefix) : hash(own, name - firstOwn, prefix)) & (heads.length - 1)
      next[index] = heads[slot] ?? 0
      heads[slot] = index + 1
    }
    this.#heads = heads
    this.#next = next
    this.#prefix = prefix
  }

  /** The types, counted from zero, of a name, in order. */
  *named(name: string): Generator<number> {
    const wanted = Buffer.from(`${name}\0`)
    for (const index of this.#chain(wanted)) if (this.#startsWith(index, wanted)) yield index
  }

  /** The types whose name is of a flavour of `name`, or only looks so: whose name begins with `name___`. */
  *flavoured(name: string): Generator<number> {
    const wanted = Buffer.from(`${name}___`)
    for (const index of this.#chain(wanted)) if (this.#startsWith(index, wanted)) yield index
  }

  *#chain(name: Uint8Array): Generator<number> {
    let entry = this.#chainStart(name)
    while (entry > 0) {
      yield entry - 1
      entry = this.#next[entry - 1] ?? 0
    }
  }

  /** Where thousands of names begin alike, the table is built once more over all their bytes. */
  #chainStart(name: Uint8Array): number {
    const start = this.#heads[hash(name, 0, this.#prefix) & (this.#heads.length - 1)] ?? 0
    if (this.#prefix === longestName) return start
    let length = 0
    for (let entry = start; entry > 0; entry = this.#next[entry - 1] ?? 0) length += 1
    if (length <= longestChain) return start
    this.#build(longestName)
    return this.#chainStart(name)
  }

  #startsWith(index: number, wanted: Uint8Array): boolean {
    const { own, base, firstOwn } = this.#strings
    const offset = this.#words[this.#starts[index] ?? 0] ?? 0
    const bytes = offset < firstOwn ? base : own
    const start = offset < firstOwn ? offset : offset - firstOwn
    for (let at = 0; at < wanted.length; at += 1) if (bytes[start + at] !== wanted[at]) return false
    return true
  }
}

/** FNV-1a over the first bytes of the name at an offset, up to a flavour, so that all flavours share a chain. */
function hash(bytes: Uint8Array, offset: number, prefix: number): number {
  let value = 0x811c_9dc5
  for (let at = offset; at < offset + prefix; at += 1) {
    const byte = bytes[at]
    if (byte === undefined || byte === 0) break
    if (byte === underscore && bytes[at + 1] === underscore && bytes[at + 2] === underscore) break
    value = Math.imul(value ^ byte, 0x0100_0193)
  }
  return (value ^ (value >>> 15)) >>> 0
}
