import { KIND, kindFlagOf } from '../kinds.ts'
import type { TypeReader } from './reader.ts'

/**
 * Gives types names that no other of the same name space has: BTF may hold several structs, or typedefs and
 * enumerators, of one name, and C may not. The second one is called `name___2`, which CO-RE takes for a flavour of
 * `name`. What is only declared goes by the name of its first definition. A name is the offset of its first byte in
 * `pool`.
 */
export class UniqueNames {
  readonly #types: TypeReader
  readonly #tags: NameSpace
  /** Of typedefs and enumerators. */
  readonly #identifiers: NameSpace
  /** By type; 0 where it has not been asked for, or is anonymous. */
  readonly #known: Uint32Array

  constructor(types: TypeReader) {
    this.#types = types
    this.#tags = new NameSpace(types)
    this.#identifiers = new NameSpace(types)
    this.#known = new Uint32Array(types.btf.endId)
  }

  /** Of a struct, union or enum; 0 for an anonymous one. */
  tag(id: number): number {
    return this.#nameOf(id, this.#tags, meaningOf(this.#types, id))
  }

  typedef(id: number): number {
    return this.#nameOf(id, this.#identifiers, MEANING.DEFINED)
  }

  /** To be called once for each. */
  enumerator(name: number): number {
    return this.#identifiers.unique(name, MEANING.DEFINED)
  }

  #nameOf(id: number, space: NameSpace, meaning: number): number {
    const known = this.#known[id] ?? 0
    if (known !== 0 || this.#types.isAnonymous(id)) return known
    return (this.#known[id] = space.unique(this.#types.nameAt(id), meaning))
  }
}

/** What a name stands for: what sort of tag, and whether its definition has been met. */
const MEANING = { STRUCT: 1, UNION: 2, ENUM: 3, DEFINED: 8 } as const

function meaningOf(types: TypeReader, id: number): number {
  switch (types.kind(id)) {
    case KIND.FWD:
      // ABI: the kind_flag of a forward declaration says that it is a union's.
      return kindFlagOf(types.words[types.start(id) + 1] ?? 0) ? MEANING.UNION : MEANING.STRUCT
    case KIND.STRUCT:
      return MEANING.STRUCT | MEANING.DEFINED
    case KIND.UNION:
      return MEANING.UNION | MEANING.DEFINED
    default:
      return types.count(id) === 0 ? MEANING.ENUM : MEANING.ENUM | MEANING.DEFINED
  }
}

/** Whether two of one name are the same: of one sort, and defined at most once. */
const agree = (known: number, meaning: number): boolean =>
  ((known ^ meaning) & ~MEANING.DEFINED) === 0 && (known & meaning & MEANING.DEFINED) === 0

/** How many have a name, and what it stands for, in one word: the lowest bits are the meaning's. */
const timesShift = 4
const meaningBits = (1 << timesShift) - 1

/** A hash table, with open addressing, of names by their bytes. Each slot has two words: the name, and of it the above. */
class NameSpace {
  readonly #types: TypeReader
  #slots: Uint32Array
  #used = 0

  constructor(types: TypeReader) {
    this.#types = types
    // A power of two, and enough for most of the types and constants of a kernel.
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(types.btf.endId + 64)))
  }

  unique(name: number, meaning: number): number {
    const slot = this.#find(name)
    const word = this.#slots[slot + 1] ?? 0
    if (word === 0) {
      this.#slots[slot] = name
      this.#slots[slot + 1] = (1 << timesShift) | meaning
      this.#used += 1
      if (this.#used * 4 > this.#slots.length) this.#enlarge()
      return name
    }
    if (agree(word & meaningBits, meaning)) {
      this.#slots[slot + 1] = word | meaning
      return this.#slots[slot] ?? 0
    }
    this.#slots[slot + 1] = word + (1 << timesShift)
    // A real type may be called like one of ours.
    return this.unique(this.#types.addName(`${this.#types.textAt(name)}___${(word >>> timesShift) + 1}`), meaning)
  }

  /** The slot of a name, or the free one where it belongs. */
  #find(name: number): number {
    const pool = this.#types.pool
    const slots = this.#slots
    let hash = 0x811c_9dc5
    for (let at = name, byte = pool[at]; byte !== 0 && byte !== undefined; byte = pool[at]) {
      hash = Math.imul(hash ^ byte, 0x0100_0193)
      at += 1
    }
    const mask = slots.length - 2
    let slot = ((hash ^ (hash >>> 15)) << 1) & mask
    while (slots[slot + 1] !== 0 && !equal(pool, slots[slot] ?? 0, name)) slot = (slot + 2) & mask
    return slot
  }

  #enlarge(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    for (let slot = 0; slot < old.length; slot += 2) {
      if (old[slot + 1] === 0) continue
      const place = this.#find(old[slot] ?? 0)
      this.#slots[place] = old[slot] ?? 0
      this.#slots[place + 1] = old[slot + 1] ?? 0
    }
  }
}

function equal(pool: Uint8Array, left: number, right: number): boolean {
  if (left === right) return true
  for (let at = 0; ; at += 1) {
    const byte = pool[left + at]
    if (byte !== pool[right + at]) return false
    if (byte === 0) return true
  }
}
