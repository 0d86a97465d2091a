import type { Btf, BtfType } from '../btf/index.ts'

/** A type and the object that it is of. */
export interface TypeOf {
  btf: Btf
  id: number
}

/** Deeper than any real declaration, and more types than it names: beyond it the BTF branches without end. */
const deepest = 64
const mostPairs = 10_000

/**
 * Whether two objects mean the same by a type: the same bytes, and of structs the same members. Qualifiers, typedefs,
 * signs and the names of parameters do not count, and behind a pointer a struct counts by its name alone. This is as
 * libbpf compares, so that what it links can be linked.
 */
export function isSameType(left: TypeOf, right: TypeOf): boolean {
  return new Comparison(left.btf, right.btf).same(left.id, right.id, false, 0)
}

class Comparison {
  readonly #left: Btf
  readonly #right: Btf
  /** Pairs that have been met. Those being compared count as equal, so that circles come to an end. */
  readonly #met = new Set<string>()

  constructor(left: Btf, right: Btf) {
    this.#left = left
    this.#right = right
  }

  same(leftId: number, rightId: number, behindPointer: boolean, depth: number): boolean {
    const left = this.#left.resolved(leftId)
    const right = this.#right.resolved(rightId)
    const pair = `${left.id} ${right.id} ${behindPointer}`
    if (this.#met.has(pair)) return true
    this.#met.add(pair)
    if (depth > deepest || this.#met.size > mostPairs) {
      return this.#left.fail(leftId, 'a type that can be compared with that of another object: it branches too far')
    }
    const all = (pairs: readonly (readonly [number, number])[]) =>
      pairs.every(([one, other]) => this.same(one, other, behindPointer, depth + 1))

    switch (left.kind) {
      case 'struct':
      case 'union':
      case 'fwd':
        return isComposite(right) && this.#sameComposite(left, right, behindPointer, depth)
      case 'ptr':
        return right.kind === 'ptr' && this.same(left.type, right.type, true, depth + 1)
      case 'array':
        // An extern array may leave its length open.
        return (
          right.kind === 'array' &&
          (left.length === right.length || left.length === 0 || right.length === 0) &&
          all([[left.element, right.element]])
        )
      case 'func_proto':
        return (
          right.kind === 'func_proto' &&
          left.params.length === right.params.length &&
          all([[left.returns, right.returns], ...left.params.map((param, at) => [param.type, right.params[at]?.type ?? 0] as const)])
        )
      case 'var':
      case 'func':
        return right.kind === left.kind && all([[left.type, right.type]])
      case 'int':
        return right.kind === 'int' && left.size === right.size && left.bits === right.bits
      case 'float':
        return right.kind === 'float' && left.size === right.size
      case 'enum':
      case 'enum64':
        return right.kind === left.kind && left.size === right.size && left.name === right.name
      case 'void':
        return right.kind === 'void'
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
      case 'datasec':
      case 'decl_tag':
        return false
    }
  }

  #sameComposite(left: Composite, right: Composite, behindPointer: boolean, depth: number): boolean {
    if (isUnion(left) !== isUnion(right) || left.name !== right.name) return false
    if (behindPointer) return true
    if (left.kind === 'fwd' || right.kind === 'fwd') return left.kind === right.kind
    if (left.size !== right.size || left.members.length !== right.members.length) return false
    return left.members.every((member, at) => {
      const other = right.members[at]
      return (
        other !== undefined &&
        member.name === other.name &&
        member.bitOffset === other.bitOffset &&
        member.bitSize === other.bitSize &&
        this.same(member.type, other.type, false, depth + 1)
      )
    })
  }
}

type Composite = Extract<BtfType, { kind: 'struct' | 'union' | 'fwd' }>

const isComposite = (type: BtfType): type is Composite => ['struct', 'union', 'fwd'].includes(type.kind)
const isUnion = (type: Composite): boolean => (type.kind === 'fwd' ? type.union : type.kind === 'union')
