import type { Btf } from '../btf.ts'

/**
 * Gives types names that no other of the same name space has: BTF may hold several structs, or typedefs and
 * enumerators, of one name, and C may not. The second one is called `name___2`, which CO-RE takes for a flavour of
 * `name`.
 */
export class UniqueNames {
  readonly #btf: Btf
  /** Of structs, unions and enums. */
  readonly #tags = new Map<string, number>()
  /** Of typedefs and enumerators. */
  readonly #identifiers = new Map<string, number>()
  readonly #known = new Map<number, string>()

  constructor(btf: Btf) {
    this.#btf = btf
  }

  tag(id: number): string {
    return this.#nameOf(id, this.#tags)
  }

  typedef(id: number): string {
    return this.#nameOf(id, this.#identifiers)
  }

  /** To be called once for each. */
  enumerator(name: string): string {
    return unique(name, this.#identifiers)
  }

  #nameOf(id: number, used: Map<string, number>): string {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const original = this.#btf.name(id)
    const name = original === '' ? '' : unique(original, used)
    this.#known.set(id, name)
    return name
  }
}

function unique(name: string, used: Map<string, number>): string {
  const times = used.get(name) ?? 0
  used.set(name, times + 1)
  if (times === 0) return name
  // A real type may be called like one of ours.
  return unique(`${name}___${times + 1}`, used)
}
