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

/** A hash table, with open addressing, of names by their bytes, and of how many have each. */
class NameSpace {
  readonly #types: TypeReader
  #names: Uint32Array
  #times: Uint32Array
  #meanings: Uint8Array
  #used = 0

  constructor(types: TypeReader) {
    this.#types = types
    // A power of two, and enough for the types and constants of a kernel.
    const slots = 2 ** Math.ceil(Math.log2(types.btf.endId + 64))
    this.#names = new Uint32Array(slots)
    this.#times = new Uint32Array(slots)
    this.#meanings = new Uint8Array(slots)
  }

  unique(name: number, meaning: number): number {
    const slot = this.#find(name)
    const known = this.#meanings[slot] ?? 0
    if (known !== 0 && agree(known, meaning)) {
      this.#meanings[slot] = known | meaning
      return this.#names[slot] ?? 0
    }
    const times = (this.#times[slot] ?? 0) + 1
    this.#times[slot] = times
    // A real type may be called like one of ours.
    if (times > 1) return this.unique(this.#types.addName(`${this.#types.textAt(name)}___${times}`), meaning)
    this.#names[slot] = name
    this.#meanings[slot] = meaning
    this.#used += 1
    if (this.#used * 2 > this.#names.length) this.#enlarge()
    return name
  }

  /** The slot of a name, or the free one where it belongs. */
  #find(name: number): number {
    const pool = this.#types.pool
    let hash = 0x811c_9dc5
    for (let at = name; pool[at] !== 0; at += 1) hash = Math.imul(hash ^ (pool[at] ?? 0), 0x0100_0193)
    const mask = this.#names.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    while (this.#times[slot] !== 0 && !equal(pool, this.#names[slot] ?? 0, name)) slot = (slot + 1) & mask
    return slot
  }

  #enlarge(): void {
    const [names, times, meanings] = [this.#names, this.#times, this.#meanings]
    this.#names = new Uint32Array(names.length * 2)
    this.#times = new Uint32Array(names.length * 2)
    this.#meanings = new Uint8Array(names.length * 2)
    for (const [slot, count] of times.entries()) {
      if (count === 0) continue
      const place = this.#find(names[slot] ?? 0)
      this.#names[place] = names[slot] ?? 0
      this.#times[place] = count
      this.#meanings[place] = meanings[slot] ?? 0
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
