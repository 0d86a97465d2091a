import { type Btf, type BtfType, essentialName } from '../btf/index.ts'

const deepest = 32

interface Pair {
  local: Btf
  target: Btf
}

/**
 * Whether the target's type has all that the local one has: names, kinds, sizes of integers, members and enumerators.
 * Structs behind a pointer need only be of the same name. This is `bpf_core_type_matches()`.
 */
export function typesMatch(pair: Pair, localId: number, targetId: number, behindPointer = false, depth = 0): boolean {
  if (depth > deepest) return pair.local.fail(localId, `at most ${deepest} levels of nesting`)
  const ours = pair.local.resolved(localId)
  const theirs = pair.target.resolved(targetId)
  if (essentialName(ours.name) !== essentialName(theirs.name)) return false
  const next = (left: number, right: number, pointer = behindPointer) => typesMatch(pair, left, right, pointer, depth + 1)

  switch (ours.kind) {
    case 'void':
      return theirs.kind === 'void'
    case 'fwd':
      return isKindOf(theirs, ours.union)
    case 'enum':
    case 'enum64':
      return enumsMatch(ours, theirs)
    case 'struct':
    case 'union':
      if (behindPointer) return isKindOf(theirs, ours.kind === 'union')
      return theirs.kind === ours.kind && membersMatch(ours, theirs, next)
    case 'int':
      return theirs.kind === 'int' && ours.size === theirs.size && ours.signed === theirs.signed
    case 'ptr':
      return theirs.kind === 'ptr' && next(ours.type, theirs.type, true)
    case 'array':
      return theirs.kind === 'array' && ours.length === theirs.length && next(ours.element, theirs.element)
    case 'func_proto':
      return (
        theirs.kind === 'func_proto' &&
        ours.params.length === theirs.params.length &&
        ours.params.every((param, at) => next(param.type, theirs.params[at]?.type ?? 0)) &&
        next(ours.returns, theirs.returns)
      )
    default:
      return false
  }
}

/** A struct or a union, in full or only declared. */
const isKindOf = (type: BtfType, union: boolean): boolean =>
  type.kind === 'fwd' ? type.union === union : type.kind === (union ? 'union' : 'struct')

type Enum = Extract<BtfType, { values: unknown }>
type Composite = Extract<BtfType, { members: unknown }>

function enumsMatch(ours: Enum, theirs: BtfType): boolean {
  if (theirs.kind !== 'enum' && theirs.kind !== 'enum64') return false
  const names = new Set(theirs.values.map((value) => essentialName(value.name)))
  return ours.size === theirs.size && ours.values.every((value) => names.has(essentialName(value.name)))
}

function membersMatch(ours: Composite, theirs: Composite, next: (left: number, right: number) => boolean): boolean {
  return (
    ours.members.length <= theirs.members.length &&
    ours.members.every((member) =>
      theirs.members.some(
        (other) => essentialName(other.name) === essentialName(member.name) && next(member.type, other.type),
      ),
    )
  )
}
