import type { TypeReader } from './reader.ts'

/**
 * Gives types names that no other of the same name space has: BTF may hold several structs, or typedefs and
 * enumerators, of one name, and C may not. The second one is called `name___2`, which CO-RE takes for a flavour of
 * `name`. A name is the offset of its first byte in `pool`.
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
    return this.#nameOf(id, this.#tags)
  }

  typedef(id: number): number {
    return this.#nameOf(id, this.#identifiers)
  }

  /** To be called once for each. */
  enumerator(name: number): number {
    return this.#identifiers.unique(name)
  }

  #nameOf(id: number, space: NameSpace): number {
    const known = this.#known[id] ?? 0
    if (known !== 0 || this.#types.isAnonymous(id)) return known
    return (this.#known[id] = space.unique(this.#types.nameAt(id)))
  }
}

/** A hash table, with open addressing, of names by their bytes, and of how many have each. */
class NameSpace {
  readonly #types: TypeReader
  #names: Uint32Array
  #times: Uint32Array
  #used = 0

  constructor(types: TypeReader) {
    this.#types = types
    // A power of two, and enough for the types and constants of a kernel.
    const slots = 2 ** Math.ceil(Math.log2(types.btf.endId + 64))
    this.#names = new Uint32Array(slots)
    this.#times = new Uint32Array(slots)
  }

  unique(name: number): number {
    const slot = this.#find(name)
    const times = (this.#times[slot] ?? 0) + 1
    this.#times[slot] = times
    // A real type may be called like one of ours.
    if (times > 1) return this.unique(this.#types.addName(`${this.#types.textAt(name)}___${times}`))
    this.#names[slot] = name
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
    const [names, times] = [this.#names, this.#times]
    this.#names = new Uint32Array(names.length * 2)
    this.#times = new Uint32Array(names.length * 2)
    for (const [slot, count] of times.entries()) {
      if (count === 0) continue
      const place = this.#find(names[slot] ?? 0)
      this.#names[place] = names[slot] ?? 0
      this.#times[place] = count
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
