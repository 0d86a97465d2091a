import type { Btf } from '../btf.ts'
import { headWords, KIND, kindFlagOf, kindOf, makeInfo } from '../kinds.ts'
import { eachReference, wordsOf } from '../references.ts'
import { BtfBuilder } from './builder.ts'
import { copyType } from './copy.ts'

const memberWords = 3

/**
 * A choice of a BTF's types, and of the members of its structs, that can be written as a BTF of its own. Of split BTF it is
 * one of its own types, and the outcome is split on the same base, all of which it may refer to.
 */
export class BtfSubset {
  readonly #btf: Btf
  /** The members that are kept, by the id of each type that is. */
  readonly #kept = new Map<number, Set<number>>()

  constructor(btf: Btf) {
    this.#btf = btf
  }

  /** How many types are kept, without the base's. */
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
      if (this.#isBase(next) || this.#kept.has(next)) continue
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
    const builder = new BtfBuilder(this.#btf.base)
    const ids = [...this.#kept.keys()].toSorted((left, right) => left - right)
    const numbers = new Map(ids.map((id, index) => [id, this.#btf.firstId + index]))
    const numberOf = (id: number) => (this.#isBase(id) ? id : (numbers.get(id) ?? 0))
    for (const id of ids) copyType(this.#btf, id, builder, numberOf, this.#wordsOf(id, this.#kept.get(id) ?? new Set()))
    return builder.encode({ littleEndian: this.#btf.littleEndian })
  }

  /** Void is everybody's. */
  #isBase(id: number): boolean {
    return id < this.#btf.firstId
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
