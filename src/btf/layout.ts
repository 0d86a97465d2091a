import type { Btf } from './btf.ts'
import type { BtfMember } from './types.ts'

const deepestArray = 32
const pointerSize = 8

/** The size of a type's values, bytes. Throws for a type that has none (func, forward declaration, void). */
export function sizeOf(btf: Btf, id: number): number {
  let elements = 1
  let at = id
  for (let depth = 0; depth < deepestArray; depth += 1) {
    const type = btf.resolved(at)
    switch (type.kind) {
      case 'array':
        elements *= type.length
        at = type.element
        break
      case 'ptr':
        return elements * pointerSize
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'datasec':
        return elements * type.size
      case 'var':
        at = type.type
        break
      case 'void':
      case 'fwd':
      case 'func':
      case 'func_proto':
      case 'decl_tag':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        return btf.fail(id, `a type with a size, not ${type.kind}${type.name === '' ? '' : ` "${type.name}"`}`)
    }
  }
  return btf.fail(id, `an array of at most ${deepestArray} dimensions`)
}

/** The alignment that C gives a type on a 64-bit machine, bytes. */
export function alignOf(btf: Btf, id: number, depth = 0): number {
  const type = btf.resolved(id)
  if (depth > deepestArray) return btf.fail(id, 'an end to its nesting')
  switch (type.kind) {
    case 'array':
      return alignOf(btf, type.element, depth + 1)
    case 'struct':
    case 'union':
      return Math.max(1, ...type.members.map((member) => alignOf(btf, member.type, depth + 1)))
    case 'var':
      return alignOf(btf, type.type, depth + 1)
    default:
      return Math.min(pointerSize, sizeOf(btf, type.id))
  }
}

/** Whether a member is a bitfield, also where old BTF says so only by the size of its integer. */
export function isBitfield(btf: Btf, member: BtfMember): boolean {
  if (member.bitSize !== 0) return true
  const type = btf.resolved(member.type)
  return type.kind === 'int' && (type.bits !== type.size * 8 || member.bitOffset % 8 !== 0)
}
