import type { Btf } from '../btf.ts'
import { BtfBuilder } from '../write/builder.ts'
import { copyType } from '../write/copy.ts'
import { findInContext } from './contexts.ts'
import { findDeclared } from './declarations.ts'
import { Refinement } from './refine.ts'
import { typeGraph } from './type-graph.ts'

export interface Deduplicated {
  btf: Btf
  /** The new id of each type, by its old one. */
  ids: Uint32Array
}

/**
 * Stores each type once. Types are the same when all that can be asked of them has the same answer; a forward
 * declaration becomes the definition of its name, if there is one and no other. Variables and sections are all kept:
 * those of one name in several objects are several. The first of equal types keeps its place in the order.
 *
 * Of split BTF only its own types are stored anew, on the same base: those that the base has too are the base's.
 * Throws an `ObjectError` for references to types that do not exist.
 */
export function dedupBtf(btf: Btf): Deduplicated {
  const unique = new Set<number>()
  for (let id = 1; id < btf.endId; id += 1) {
    const kind = btf.kind(id)
    if (kind === 'var' || kind === 'datasec') unique.add(id)
  }
  const { classOf, standsFor } = findSame(btf, unique)

  const numbers = new Map<number, number>([[classOf(0), 0]])
  const kept: number[] = []
  for (let id = 1; id < btf.endId; id += 1) {
    if (standsFor[id] !== id || numbers.has(classOf(id))) continue
    numbers.set(classOf(id), id < btf.firstId ? id : btf.firstId + kept.length)
    if (id >= btf.firstId) kept.push(id)
  }
  const ids = Uint32Array.from({ length: btf.endId }, (_, id) => numbers.get(classOf(id)) ?? 0)

  const builder = new BtfBuilder(btf.base)
  for (const id of kept) copyType(btf, id, builder, (to) => ids[to] ?? 0)
  return { btf: builder.build(btf.file), ids }
}

/** More rounds than it ever takes: each finds structs that are the same because of what the one before has found. */
const mostRounds = 8

interface Same {
  /** The class of each type. */
  classOf: (id: number) => number
  /** What stands for a forward declaration, and for what was found to be the same as something else. */
  standsFor: Uint32Array
}

function findSame(btf: Btf, unique: ReadonlySet<number>): Same {
  const graph = typeGraph(btf)
  const declared = findDeclared(btf)
  const replaced = new Map<number, number>()
  for (let round = 1; ; round += 1) {
    const refinement = new Refinement(graph, declared, unique, replaced)
    const { partition, standsFor } = refinement.run()
    const classOf = (id: number) => partition.classOf[standsFor[id] ?? 0] ?? 0
    if (round === mostRounds || declared.length === 0) return { classOf, standsFor }

    const first = new Map<number, number>()
    const classes = new Map<number, number[]>()
    for (let id = 1; id < btf.endId; id += 1) {
      if (standsFor[id] !== id) continue
      const index = classOf(id)
      const known = first.get(index)
      if (known === undefined) {
        first.set(index, id)
        classes.set(id, [id])
      } else {
        classes.get(known)?.push(id)
      }
    }
    const more = findInContext(
      {
        graph,
        classOf,
        classes,
        firstOf: (id) => first.get(classOf(id)) ?? id,
        shapeOf: (id) => refinement.shapes[id] ?? 0,
        isNamedComposite: (id) => ['struct', 'union'].includes(btf.kind(id)) && btf.name(id) !== '',
      },
      declared,
    )
    if (more.size === 0) return { classOf, standsFor }
    for (const [id, by] of more) replaced.set(id, by)
  }
}
