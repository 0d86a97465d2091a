import type { Btf } from '../btf.ts'
import { alikeInBase, checkDistilled } from './alike.ts'
import { BtfBuilder } from '../write/builder.ts'
import { copyType } from '../write/copy.ts'

/**
 * Puts split BTF with a distilled base, such as a module's `.BTF` on its `.BTF.base`, onto a whole base: the types of the
 * kernel that runs it, which may be of another build. Types are found again by kind, name and, where that matters, size.
 * Throws an `ObjectError` for one that the base does not have, or has several times.
 *
 * Source: btf__relocate of libbpf 1.5.
 */
export function relocateBtf(split: Btf, base: Btf): Btf {
  const distilled = split.base
  if (distilled === undefined) throw new RangeError('only split BTF can be put onto another base')
  checkDistilled(distilled)
  const embedded = findEmbedded(split)
  const numbers = Uint32Array.from({ length: split.endId }, (_, id) => {
    if (id === 0) return 0
    return id < split.firstId ? alikeInBase(distilled, id, base, embedded.has(id)) : base.endId + id - split.firstId
  })
  const builder = new BtfBuilder(base)
  for (let id = split.firstId; id < split.endId; id += 1) {
    copyType(split, id, builder, (to) => numbers[to] ?? split.fail(id, `a type id below ${split.endId}, not ${to}`))
  }
  return builder.build(split.file)
}

/** The types of the base that stand in structs and unions of the split types, whose layout then depends on their size. */
function findEmbedded(split: Btf): Set<number> {
  const found = new Set<number>()
  for (let id = split.firstId; id < split.endId; id += 1) {
    const type = split.type(id)
    if (type.kind !== 'struct' && type.kind !== 'union') continue
    for (const member of type.members) held(split, member.type, found)
  }
  return found
}

/** Adds what a member of a type holds, behind arrays, typedefs and qualifiers, and all on the way there. */
function held(split: Btf, id: number, found: Set<number>): void {
  for (let at = id; !found.has(at); ) {
    found.add(at)
    if (at < split.firstId) return
    const type = split.type(at)
    if (type.kind === 'array') at = type.element
    else if ('type' in type && type.kind !== 'ptr') at = type.type
  }
}
