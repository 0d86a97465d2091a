import type { Btf } from '../btf.ts'
import type { BtfType } from '../types.ts'

/** All that goes by one name: `struct sock`, declared in some places and defined in others. */
export interface Declared {
  /** Forward declarations of it. */
  forwards: number[]
  /** At least one. */
  definitions: number[]
}

/** An enum without constants says no more than that there is one. */
function sortOf(type: BtfType): string {
  if (type.kind === 'fwd') return type.union ? 'union' : 'struct'
  return type.kind === 'enum64' ? 'enum' : type.kind
}

/**
 * The structs, unions and enums that are somewhere only declared and elsewhere defined. What the base of split BTF only
 * declares stays so: its users could not be told of a definition.
 */
export function findDeclared(btf: Btf): Declared[] {
  const byName = new Map<string, Declared>()
  const of = (what: string, name: string): Declared => {
    const key = `${what} ${name}`
    const known = byName.get(key) ?? { forwards: [], definitions: [] }
    byName.set(key, known)
    return known
  }
  for (let id = 1; id < btf.endId; id += 1) {
    switch (btf.kind(id)) {
      case 'fwd':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64': {
        const type = btf.type(id)
        if (type.name === '') break
        const isForward = type.kind === 'fwd' || ('values' in type && type.values.length === 0)
        if (isForward && id < btf.firstId) break
        const { forwards, definitions } = of(sortOf(type), type.name)
        if (isForward) forwards.push(id)
        else definitions.push(id)
        break
      }
      default:
    }
  }
  return [...byName.values()].filter(({ forwards, definitions }) => forwards.length > 0 && definitions.length > 0)
}
