import { type Btf, type BtfType, essentialName } from '../btf/index.ts'
import { AnsweredOnce } from './answered-once.ts'

const deepest = 32

/**
 * Whether the target's type has all that the local one has: names, kinds, sizes of integers, members and enumerators.
 * Structs behind a pointer need only be of the same name. This is `bpf_core_type_matches()`.
 */
export const typesMatch = (local: Btf, localId: number, target: Btf, targetId: number): boolean =>
  new Comparison(local, target).match(localId, targetId, { behindPointer: false, depth: 0 })

interface Place {
  behindPointer: boolean
  depth: number
}

class Comparison {
  readonly #local: Btf
  readonly #target: Btf
  readonly #answers = new AnsweredOnce()

  constructor(local: Btf, target: Btf) {
    this.#local = local
    this.#target = target
  }

  match(localId: number, targetId: number, { behindPointer, depth }: Place): boolean {
    if (depth > deepest) return this.#local.fail(localId, `at most ${deepest} levels of nesting`)
    const ours = this.#local.resolved(localId)
    const theirs = this.#target.resolved(targetId)
    if (essentialName(ours.name) !== essentialName(theirs.name)) return false
    return this.#answers.of(`${ours.id} ${theirs.id} ${behindPointer}`, () =>
      this.#matchResolved(ours, theirs, { behindPointer, depth: depth + 1 }),
    )
  }

  #matchResolved(ours: BtfType, theirs: BtfType, place: Place): boolean {
    const { behindPointer } = place
    switch (ours.kind) {
      case 'void':
        return theirs.kind === 'void'
      case 'fwd':
        return behindPointer ? isKindOf(theirs, ours.union) : theirs.kind === 'fwd' && theirs.union === ours.union
      case 'enum':
      case 'enum64':
        return enumsMatch(ours, theirs)
      case 'struct':
      case 'union':
        if (behindPointer) return isKindOf(theirs, ours.kind === 'union')
        return theirs.kind === ours.kind && this.#membersMatch(ours, theirs, place)
      case 'int':
        return theirs.kind === 'int' && ours.size === theirs.size && ours.signed === theirs.signed
      case 'ptr':
        return theirs.kind === 'ptr' && this.match(ours.type, theirs.type, { ...place, behindPointer: true })
      case 'array':
        return theirs.kind === 'array' && ours.length === theirs.length && this.match(ours.element, theirs.element, place)
      case 'func_proto':
        return (
          theirs.kind === 'func_proto' &&
          ours.params.length === theirs.params.length &&
          ours.params.every((param, at) => this.match(param.type, theirs.params[at]?.type ?? 0, place)) &&
          this.match(ours.returns, theirs.returns, place)
        )
      default:
        return false
    }
  }

  #membersMatch(ours: Composite, theirs: Composite, place: Place): boolean {
    const named = Map.groupBy(theirs.members, ({ name }) => essentialName(name))
    return (
      ours.members.length <= theirs.members.length &&
      ours.members.every((member) =>
        named.get(essentialName(member.name))?.some((other) => this.match(member.type, other.type, place)),
      )
    )
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
