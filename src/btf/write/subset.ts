import type { Btf } from '../btf.ts'
import { headWords, KIND, kindFlagOf, kindOf, makeInfo } from '../kinds.ts'
import { eachName, eachReference, wordsOf } from '../references.ts'
import { BtfBuilder } from './builder.ts'

const memberWords = 3

/** A choice of a BTF's types, and of the members of its structs, that can be written as a BTF of its own. */
export class BtfSubset {
  readonly #btf: Btf
  /** The members that are kept, by the id of each type that is. */
  readonly #kept = new Map<number, Set<number>>()

  /** `btf` must have no base. */
  constructor(btf: Btf) {
    if (btf.base !== undefined) throw new RangeError('types are chosen of a BTF that is not split')
    this.#btf = btf
  }

  /** How many types are kept. */
  get size(): number {
    return this.#kept.size
  }

  /**
   * Keeps a type and what it is made of: of a struct only its size, until members are kept; of a pointer no more than
   * that it is one.
   */
  keep(id: number): void {
    const open = [id]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === 0 || this.#kept.has(next)) continue
      const words = wordsOf(this.#btf, next)
      const kind = kindOf(words[1] ?? 0)
      this.#kept.set(next, new Set())
      if (kind === KIND.PTR || kind === KIND.STRUCT || kind === KIND.UNION) continue
      eachReference(words, 0, (at) => open.push(words[at] ?? 0))
    }
  }

  /** Keeps a member of a struct or union, with its type. */
  keepMember(id: number, index: number): void {
    const type = this.#btf.type(id)
    const member = type.kind === 'struct' || type.kind === 'union' ? type.members[index] : undefined
    if (member === undefined) return this.#btf.fail(id, `a member ${index}`)
    this.keep(id)
    this.#kept.get(id)?.add(index)
    this.keep(member.type)
  }

  /** The types that are kept, in their order, numbered anew; a pointer to one that is not is one to void. */
  encode(): Uint8Array {
    const builder = new BtfBuilder()
    const ids = [...this.#kept.keys()].toSorted((left, right) => left - right)
    const numbers = new Map(ids.map((id, index) => [id, index + 1]))
    for (const id of ids) {
      const words = this.#wordsOf(id, this.#kept.get(id) ?? new Set())
      eachReference(words, 0, (at) => (words[at] = numbers.get(words[at] ?? 0) ?? 0))
      eachName(words, 0, (at) => (words[at] = builder.addString(this.#btf.string(words[at] ?? 0, id))))
      builder.addWords(words)
    }
    return builder.encode({ littleEndian: this.#btf.littleEndian })
  }

  /** A copy of the type's words, of a struct's members only those that are kept. */
  #wordsOf(id: number, members: ReadonlySet<number>): Uint32Array {
    const words = wordsOf(this.#btf, id)
    const info = words[1] ?? 0
    const kind = kindOf(info)
    if (kind !== KIND.STRUCT && kind !== KIND.UNION) return words.slice()
    const chosen = [...members].toSorted((left, right) => left - right)
    const out = new Uint32Array(headWords + chosen.length * memberWords)
    out.set(words.subarray(0, headWords))
    out[1] = makeInfo(kind, chosen.length, kindFlagOf(info))
    for (const [at, index] of chosen.entries()) {
      const from = headWords + index * memberWords
      out.set(words.subarray(from, from + memberWords), headWords + at * memberWords)
    }
    return out
  }
}
