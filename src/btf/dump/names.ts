import type { TypeReader } from './reader.ts'

/**
 * Gives types names that no other of the same name space has: BTF may hold several structs, or typedefs and
 * enumerators, of one name, and C may not. The second one is called `name___2`, which CO-RE takes for a flavour of
 * `name`.
 */
export class UniqueNames {
  readonly #types: TypeReader
  /** Of structs, unions and enums, by how many have them. */
  readonly #tags = new Map<string, number>()
  /** Of typedefs and enumerators. */
  readonly #identifiers = new Map<string, number>()
  /** By type. */
  readonly #known: (string | undefined)[]

  constructor(types: TypeReader) {
    this.#types = types
    this.#known = Array.from({ length: types.btf.endId })
  }

  tag(id: number): string {
    return (this.#known[id] ??= unique(this.#types.name(id), this.#tags))
  }

  typedef(id: number): string {
    return (this.#known[id] ??= unique(this.#types.name(id), this.#identifiers))
  }

  /** To be called once for each. */
  enumerator(name: string): string {
    return unique(name, this.#identifiers)
  }
}

function unique(name: string, used: Map<string, number>): string {
  if (name === '') return ''
  const times = used.get(name) ?? 0
  used.set(name, times + 1)
  if (times === 0) return name
  // A real type may be called like one of ours.
  return unique(`${name}___${times + 1}`, used)
}
