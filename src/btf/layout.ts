import type { Btf } from './btf.ts'
import type { BtfMember } from './types.ts'

const deepestArray = 32
const pointerSize = 8
/** A type's size is an u32 in BTF, and so must be an array's, which BTF does not say. */
const largestSize = 0xffff_ffff

/** The size of a type's values, bytes. Throws for a type that has none (func, forward declaration, void). */
export function sizeOf(btf: Btf, id: number): number {
  const total = (elements: number, size: number): number =>
    elements * size <= largestSize ? elements * size : btf.fail(id, `a type of at most ${largestSize} bytes`)
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
        return total(elements, pointerSize)
      case 'int':
      case 'float':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'datasec':
        return total(elements, type.size)
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

/** The alignment that C gives a type on a 64-bit machine, bytes: the largest of the scalars in it. */
export function alignOf(btf: Btf, id: number): number {
  let align = 1
  const seen = new Set<number>()
  const open = [id]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const type = btf.resolved(next)
    if (seen.has(type.id)) continue
    seen.add(type.id)
    switch (type.kind) {
      case 'array':
        open.push(type.element)
        break
      case 'struct':
      case 'union':
        for (const member of type.members) open.push(member.type)
        break
      case 'var':
        open.push(type.type)
        break
      default:
        align = Math.max(align, Math.min(pointerSize, sizeOf(btf, type.id)))
    }
  }
  return align
}

/** Whether a member is a bitfield, also where old BTF says so only by the size of its integer. */
export function isBitfield(btf: Btf, member: BtfMember): boolean {
  if (member.bitSize !== 0) return true
  const type = btf.resolved(member.type)
  return type.kind === 'int' && (type.bits !== type.size * 8 || member.bitOffset % 8 !== 0)
}
