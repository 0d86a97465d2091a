import type { Btf } from '../btf.ts'
import type { BtfKind, BtfType } from '../types.ts'

/** What a distilled base consists of: all of it has a name. */
const kinds: ReadonlySet<BtfKind> = new Set<BtfKind>(['int', 'float', 'fwd', 'struct', 'union', 'enum'])

/** Throws an `ObjectError` for a base that was not distilled. */
export function checkDistilled(btf: Btf): void {
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    const kind = btf.kind(id)
    if (!kinds.has(kind)) btf.fail(id, `an integer, float, struct, union, enum or declaration in a distilled base, not ${kind}`)
    if (btf.name(id) === '') btf.fail(id, `a name, as ${kind} without one cannot be found in another base`)
  }
}

/** The type of a base that a distilled one stands for. `embedded` says that its size must be the same. */
export function alikeInBase(distilled: Btf, id: number, base: Btf, embedded: boolean): number {
  const wanted = distilled.type(id)
  const alike = ofName(base, wanted.name).filter((other) => isAlike(wanted, base.type(other)))
  // A declaration of a struct is of use only where there is no definition.
  const defined = alike.filter((other) => base.kind(other) !== 'fwd')
  const candidates = defined.length > 0 ? defined : alike
  const needsSize = embedded || candidates.length > 1
  const found = needsSize ? candidates.filter((other) => sameSize(wanted, base.type(other))) : candidates
  const [first, second] = found
  if (first === undefined) return fail(distilled, wanted, base, candidates[0])
  if (second !== undefined && base.kind(first) !== 'fwd') {
    return distilled.fail(id, `one ${spell(wanted)} in ${base.file}, but types ${first} and ${second} are both such`)
  }
  return first
}

function ofName(base: Btf, name: string): number[] {
  return [...(base.base === undefined ? [] : ofName(base.base, name)), ...base.named(name)]
}

function isAlike(wanted: BtfType, found: BtfType): boolean {
  switch (wanted.kind) {
    case 'int':
      return found.kind === 'int' && sameSize(wanted, found) && wanted.signed === found.signed && wanted.bool === found.bool
    case 'float':
      return found.kind === 'float' && sameSize(wanted, found)
    case 'enum':
      // A distilled enum is as large as the one that it stands for, whichever kind that is.
      return (found.kind === 'enum' || found.kind === 'enum64') && sameSize(wanted, found)
    case 'struct':
    case 'union':
      return sortOf(found) === wanted.kind
    default:
      return sortOf(found) === sortOf(wanted)
  }
}

/** What is declared is a struct or a union too. */
const sortOf = (type: BtfType): string => (type.kind === 'fwd' ? (type.union ? 'union' : 'struct') : type.kind)

/** What has no size, a declaration, is as large as any other that has none. */
const sizeIn = (type: BtfType): number => ('size' in type ? type.size : 0)
const sameSize = (left: BtfType, right: BtfType): boolean => left.kind === 'fwd' || sizeIn(left) === sizeIn(right)

const spell = (type: BtfType): string =>
  type.kind === 'fwd' ? `${sortOf(type)} ${type.name}` : `${type.kind} ${type.name} of ${sizeIn(type)} bytes`

function fail(distilled: Btf, wanted: BtfType, base: Btf, other: number | undefined): never {
  const instead = other === undefined ? 'which has none of this kind and name' : `where it has ${sizeIn(base.type(other))}`
  return distilled.fail(wanted.id, `${spell(wanted)} in ${base.file}, ${instead}`)
}
