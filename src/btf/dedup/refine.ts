import { last } from './contexts.ts'
import type { Declared } from './declarations.ts'
import { equal, groupBy, type Signature } from './group.ts'
import { Partition } from './partition.ts'
import { eachOf, type TypeGraph } from './type-graph.ts'

/**
 * Finds which types are the same. It takes for granted that all types that look alike are, and parts those that are
 * made of types that turn out different, until nothing is left to part: what then still stands together is the same,
 * also where types refer to each other in a circle. (Minimising an automaton, after Hopcroft, 1971.)
 *
 * A forward declaration counts as the definition of its name, as long as all definitions of the name are the same.
 */
export class Refinement {
  readonly #graph: TypeGraph
  readonly #partition: Partition
  /** What stands for each type where others refer to it: for a forward declaration its definition, else itself. */
  readonly #standsFor: Uint32Array
  /** The other way round: for which types each stands besides itself. */
  readonly #followers = new Map<number, number[]>()
  /** The number of each type's shape. */
  readonly shapes: Uint32Array
  /** Of each definition of a declared name. */
  readonly #declared = new Map<number, Declared>()
  readonly #replaced: ReadonlyMap<number, number>
  #dirty = new Set<number>()

  /** `unique` are the types that are the same as no other; `replaced` those that others were found to stand for. */
  constructor(graph: TypeGraph, declared: readonly Declared[], unique: ReadonlySet<number>, replaced: ReadonlyMap<number, number>) {
    this.#graph = graph
    this.#replaced = replaced
    this.#standsFor = Uint32Array.from({ length: graph.size }, (_, id) => last(id, replaced))
    for (const name of declared) {
      for (const id of name.definitions) this.#declared.set(id, name)
      const [first = 0] = name.definitions
      for (const id of name.forwards) if (!replaced.has(id)) this.#standsFor[id] = last(first, replaced)
    }
    for (const [id, other] of this.#standsFor.entries()) {
      if (id === other) continue
      const followers = this.#followers.get(other)
      if (followers === undefined) this.#followers.set(other, [id])
      else followers.push(id)
    }
    const { starts, values } = graph.shapes
    const shape: Signature = (id, at) => {
      const word = (starts[id] ?? 0) + at
      return word < (starts[id + 1] ?? 0) ? values[word] : undefined
    }
    const common: number[] = []
    for (let id = 1; id < graph.size; id += 1) if (!unique.has(id)) common.push(id)
    this.#partition = new Partition([[0], ...groupBy(common, shape), ...[...unique].map((id) => [id])], graph.size)
    this.shapes = this.#partition.classOf.slice()
    for (const name of declared) this.#breakUp(name)
    for (let id = 1; id < graph.size; id += 1) this.#dirty.add(id)
  }

  /** The classes of types that are the same, with what stands for a forward declaration. */
  run(): { partition: Partition; standsFor: Uint32Array } {
    while (this.#dirty.size > 0) {
      const batch = Map.groupBy(this.#dirty, (id) => this.#partition.classOf[id] ?? 0)
      this.#dirty = new Set()
      for (const [index, ids] of batch) this.#part(index, ids)
    }
    return { partition: this.#partition, standsFor: this.#standsFor }
  }

  /** The classes of what a type is made of. */
  readonly #signature: Signature = (id, at) => {
    const { starts, values } = this.#graph.references
    const place = (starts[id] ?? 0) + at
    if (place >= (starts[id + 1] ?? 0)) return undefined
    return this.#partition.classOf[this.#standsFor[values[place] ?? 0] ?? 0]
  }

  /** Parts a class by what its members are made of; of those that are not in `ids` nothing has changed. */
  #part(index: number, ids: readonly number[]): void {
    const members = this.#partition.members(index)
    if (members.length < 2) return
    const groups = groupBy(ids, this.#signature)
    let apart = groups
    if (ids.length < members.length) {
      const changed = new Set(ids)
      const other = members.find((id) => !changed.has(id)) ?? 0
      apart = groups.filter(([first = 0]) => !equal(first, other, this.#signature))
    } else if (groups.length === 1) {
      return
    }
    if (apart.length === 0) return
    const suspects = new Set<Declared>()
    for (const id of this.#partition.split(index, apart)) {
      this.#touch(id)
      const name = this.#declared.get(id)
      if (name !== undefined) suspects.add(name)
    }
    for (const name of suspects) this.#breakUp(name)
  }

  #touch(id: number): void {
    eachOf(this.#graph.users, id, (user) => this.#dirty.add(user))
    for (const follower of this.#followers.get(id) ?? []) {
      eachOf(this.#graph.users, follower, (user) => this.#dirty.add(user))
    }
  }

  /** Nobody can say which definition is meant when they differ: the forward declaration stays what it is. */
  #breakUp({ forwards, definitions }: Declared): void {
    const { classOf } = this.#partition
    const classes = new Set(definitions.map((id) => classOf[this.#standsFor[id] ?? id]))
    if (classes.size < 2) return
    for (const id of forwards) {
      if (this.#standsFor[id] === id || !this.#isFirst(id, definitions)) continue
      this.#standsFor[id] = id
      this.#touch(id)
    }
  }

  /** Whether a forward declaration stands for the first definition, as all do until something better is known. */
  #isFirst(id: number, [first = 0]: readonly number[]): boolean {
    return !this.#replaced.has(id) && this.#standsFor[id] === this.#standsFor[first]
  }
}
