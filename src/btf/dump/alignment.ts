import type { Btf } from '../btf.ts'
import type { BtfMember, BtfType } from '../types.ts'
import type { Budget } from './budget.ts'

export type Composite = Extract<BtfType, { members: unknown }>

const pointerSize = 8

/**
 * The alignments that a compiler gives types when all it sees is C without attributes. BTF does not tell them; it only
 * shows in the offsets where the source said `packed` or `aligned`.
 */
export class Alignments {
  readonly #btf: Btf
  readonly #budget: Budget
  /** By id: 0 where it has not been asked for. */
  readonly #known: Uint8Array

  constructor(btf: Btf, budget: Budget) {
    this.#btf = btf
    this.#budget = budget
    this.#known = new Uint8Array(btf.endId)
  }

  /** Bytes. */
  of(id: number): number {
    const known = this.#known[id] ?? 0
    if (known !== 0) return known
    this.#budget.enter(id)
    const align = this.#compute(this.#btf.type(id))
    this.#budget.leave()
    this.#known[id] = align
    return align
  }

  /** Whether the members stand where they would only with `__attribute__((packed))`. */
  isPacked(type: Composite): boolean {
    return this.#natural(type) === null
  }

  /** The alignment of the members that needs most, or null when some member or the end does not keep to it. */
  #natural(type: Composite): number | null {
    let most = 1
    for (const member of type.members) {
      const align = this.of(member.type)
      if (member.bitSize === 0 && member.bitOffset % (align * 8) !== 0) return null
      most = Math.max(most, align)
    }
    return type.size % most === 0 ? most : null
  }

  #compute(type: BtfType): number {
    switch (type.kind) {
      case 'ptr':
        return pointerSize
      case 'int':
      case 'enum':
      case 'enum64':
      case 'float':
        return Math.min(pointerSize, Math.max(1, type.size))
      case 'struct':
      case 'union':
        return this.#natural(type) ?? 1
      case 'array':
        return this.of(type.element)
      case 'typedef':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        return this.of(type.type)
      default:
        return 1
    }
  }
}

/** Where a member stands and how many bits wide it is as a bitfield, 0 for an ordinary one. */
export function placeOf(btf: Btf, member: BtfMember): { offset: number; bits: number } {
  if (member.bitSize !== 0) return { offset: member.bitOffset, bits: member.bitSize }
  // Old BTF says it by the integer's type alone.
  const type = btf.resolved(member.type)
  if (type.kind !== 'int' || type.bits === type.size * 8) return { offset: member.bitOffset, bits: 0 }
  return { offset: member.bitOffset + type.bitOffset, bits: type.bits }
}
