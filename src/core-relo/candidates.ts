import { type Btf, type BtfKind, essentialName } from '../btf/index.ts'

/** A kernel's type that may be the one that the object means. */
export interface Candidate {
  btf: Btf
  id: number
}

const isEnum = (kind: BtfKind): boolean => kind === 'enum' || kind === 'enum64'

/** Whether two kinds can stand for each other: enums of either width can. */
export const kindsAgree = (left: BtfKind, right: BtfKind): boolean => left === right || (isEnum(left) && isEnum(right))

/**
 * The types of the same essential name and kind as a local one: those of the kernel, or, only if it has none, those of
 * its modules.
 */
export function findCandidates(local: Btf, id: number, kernel: Btf, modules: () => Iterable<Btf>): Candidate[] {
  const type = local.type(id)
  const name = essentialName(type.name)
  if (name === '') return local.fail(id, `a name to look for in the kernel, but this ${type.kind} has none`)
  const inKernel = candidatesIn(kernel, name, type.kind)
  return inKernel.length > 0 ? inKernel : [...modules()].flatMap((btf) => candidatesIn(btf, name, type.kind))
}

function candidatesIn(btf: Btf, name: string, kind: BtfKind): Candidate[] {
  return btf
    .namedEssentially(name)
    .filter((id) => kindsAgree(btf.kind(id), kind))
    .map((id) => ({ btf, id }))
}
