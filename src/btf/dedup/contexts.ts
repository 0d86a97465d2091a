import type { Declared } from './declarations.ts'
import { eachOf, type TypeGraph } from './type-graph.ts'

/** What the refinement found, as far as it is needed here. */
export interface Sameness {
  graph: TypeGraph
  /** The class of each type, with what stands for it taken for it. */
  classOf: (id: number) => number
  /** The types of each class, by the first of them. */
  classes: ReadonlyMap<number, readonly number[]>
  /** The first type of each class. */
  firstOf: (id: number) => number
  /** A number for what a type says itself, without what it is made of. */
  shapeOf: (id: number) => number
  /** Whether a type is a struct or union with a name. */
  isNamedComposite: (id: number) => boolean
}

/** Comparing is given up when it has looked at as many pairs as this for each type. */
const pairsPerType = 16
const pairsForAll = 10_000

/**
 * A forward declaration whose name has several definitions may still be clear where it stands: a struct that points at
 * it is the same as another one that points at one of the definitions, when there is no other difference. Returns what
 * each type that is found to be another one is to be replaced by.
 */
export function findInContext(same: Sameness, declared: readonly Declared[]): Map<number, number> {
  const definitionsOf = new Map<number, ReadonlySet<number>>()
  for (const { forwards, definitions } of declared) {
    const isOpen = same.classOf(forwards[0] ?? 0) !== same.classOf(definitions[0] ?? 0)
    if (isOpen) for (const forward of forwards) definitionsOf.set(forward, new Set(definitions))
  }
  const replaced = new Map<number, number>()
  if (definitionsOf.size === 0) return replaced
  const vague = usersOf(same, definitionsOf.keys())
  const named = [...same.classes.keys()].filter((id) => same.isNamedComposite(id))
  const alike = Map.groupBy(named, (id) => same.shapeOf(id))
  const budget = { left: same.graph.size * pairsPerType + pairsForAll }
  for (const candidates of alike.values()) {
    for (const id of candidates) {
      if (budget.left < 0) return replaced
      if (!vague.has(id) || replaced.has(id)) continue
      for (const other of candidates) {
        if (other === id || replaced.has(other)) continue
        const pairs = compare(same, id, other, definitionsOf, budget)
        if (pairs === null) continue
        replace(same, pairs, replaced)
        break
      }
    }
  }
  return replaced
}

/** All first types of classes that lead to one of some types. */
function usersOf(same: Sameness, ids: Iterable<number>): Set<number> {
  const found = new Set<number>()
  const open = [...ids]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const first = same.firstOf(next)
    if (found.has(first)) continue
    found.add(first)
    for (const member of same.classes.get(first) ?? [next]) eachOf(same.graph.users, member, (user) => open.push(user))
  }
  return found
}

/** Walks two types side by side. Returns the pairs that differ only in what is not defined in the first, else null. */
function compare(
  same: Sameness,
  left: number,
  right: number,
  definitionsOf: ReadonlyMap<number, ReadonlySet<number>>,
  budget: { left: number },
): Map<number, number> | null {
  const pairs = new Map<number, number>()
  const open: [number, number][] = [[left, right]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [x, y] = [same.firstOf(next[0]), same.firstOf(next[1])]
    if (x === y) continue
    const known = pairs.get(x)
    if (known === y) continue
    budget.left -= 1
    if (known !== undefined || budget.left < 0) return null
    pairs.set(x, y)
    if (definitionsOf.get(x)?.has(y) === true) continue
    if (same.shapeOf(x) !== same.shapeOf(y)) return null
    const [here, there] = [madeOf(same, x), madeOf(same, y)]
    for (const [at, id] of here.entries()) open.push([id, there[at] ?? 0])
  }
  return pairs
}

function madeOf({ graph }: Sameness, id: number): number[] {
  const ids: number[] = []
  eachOf(graph.references, id, (to) => ids.push(to))
  return ids
}

/**
 * A struct with a name is replaced wherever it is used. What has none, such as the pointer in it, may be used elsewhere
 * and mean something else there: it goes only when nobody is left who uses it.
 */
function replace(same: Sameness, pairs: ReadonlyMap<number, number>, replaced: Map<number, number>): void {
  const take = (id: number, by: number) => {
    // Not in a circle: what is defined in the one and not in the other never is so the other way round as well.
    if (same.firstOf(last(by, replaced)) === id) return
    for (const member of same.classes.get(id) ?? [id]) replaced.set(member, by)
  }
  for (const [id, by] of pairs) if (same.isNamedComposite(id)) take(id, by)
  const isUnused = (id: number) =>
    (same.classes.get(id) ?? [id]).every((member) => {
      let unused = true
      eachOf(same.graph.users, member, (user) => {
        if (!replaced.has(user)) unused = false
      })
      return unused
    })
  for (let changed = true; changed; ) {
    changed = false
    for (const [id, by] of pairs) {
      if (replaced.has(id) || !isUnused(id)) continue
      take(id, by)
      changed = true
    }
  }
}

/** What stands for a type in the end: what replaces it may have been replaced itself. */
export function last(id: number, replaced: ReadonlyMap<number, number>): number {
  let at = id
  for (let next = replaced.get(at); next !== undefined; next = replaced.get(at)) at = next
  return at
}
