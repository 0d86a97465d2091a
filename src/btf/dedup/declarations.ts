import type { Btf } from '../btf.ts'

/** All that goes by one name: `struct sock`, declared in some places and defined in others. */
export interface Declared {
  /** Forward declarations of it. */
  forwards: number[]
  /** At least one. */
  definitions: number[]
}

/** The structs, unions and enums that are somewhere only declared and elsewhere defined. */
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
        if (type.kind === 'fwd') of(type.union ? 'union' : 'struct', type.name).forwards.push(id)
        else if (type.kind === 'struct' || type.kind === 'union') of(type.kind, type.name).definitions.push(id)
        // An enum without constants says no more than that there is one.
        else if ('values' in type) of('enum', type.name)[type.values.length === 0 ? 'forwards' : 'definitions'].push(id)
        break
      }
      default:
    }
  }
  return [...byName.values()].filter(({ forwards, definitions }) => forwards.length > 0 && definitions.length > 0)
}
