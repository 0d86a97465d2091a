/** Types in classes of those that are the same as far as is known. Classes only ever split. */
export class Partition {
  /** The class of each type. */
  readonly classOf: Uint32Array
  readonly #members: number[][]
  /** Where in its class's members each type stands. */
  readonly #places: Uint32Array

  constructor(classes: readonly (readonly number[])[], size: number) {
    this.classOf = new Uint32Array(size)
    this.#places = new Uint32Array(size)
    this.#members = classes.map((members) => [...members])
    for (const [index, members] of this.#members.entries()) {
      for (const [place, id] of members.entries()) {
        this.classOf[id] = index
        this.#places[id] = place
      }
    }
  }

  members(index: number): readonly number[] {
    return this.#members[index] ?? []
  }

  get classes(): readonly (readonly number[])[] {
    return this.#members
  }

  /**
   * Splits some groups off a class, each into one of its own, but leaves the largest part as it is: so a type changes
   * its class only when that gets half as large or less, and all the splitting takes n log n steps. Returns the types
   * whose class has changed.
   */
  split(index: number, groups: readonly (readonly number[])[]): number[] {
    const all = this.#members[index] ?? []
    const rest = all.length - groups.reduce((sum, group) => sum + group.length, 0)
    const largest = groups.reduce<readonly number[]>((best, group) => (group.length > best.length ? group : best), [])
    if (rest >= largest.length) return groups.flatMap((group) => this.#separate(index, group))
    const leaving = new Set(groups.flat())
    const others = all.filter((id) => !leaving.has(id))
    const parts = [...groups.filter((group) => group !== largest), ...(others.length === 0 ? [] : [others])]
    return parts.flatMap((part) => this.#separate(index, part))
  }

  #separate(from: number, ids: readonly number[]): number[] {
    const members = this.#members[from] ?? []
    const created = this.#members.length
    const moved: number[] = []
    for (const id of ids) {
      const last = members.pop() ?? id
      if (last !== id) {
        const place = this.#places[id] ?? 0
        members[place] = last
        this.#places[last] = place
      }
      this.classOf[id] = created
      this.#places[id] = moved.length
      moved.push(id)
    }
    this.#members.push(moved)
    return [...ids]
  }
}
