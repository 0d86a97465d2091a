import type { Btf } from './btf.ts'

/** Deeper than any real declarator: beyond it the BTF runs in a circle. */
const deepest = 64

/** A type as C spells it: `struct sock *`, `void (*)(struct sock *, u32)`. */
export const typeName = (btf: Btf, id: number): string => declaration(btf, id, '')

/** The C declaration of a variable or member of a type: `u32 (*ssthresh)(struct sock *)`. */
export function declaration(btf: Btf, id: number, name: string): string {
  return declare(btf, id, name, 0)
}

/** C puts the name in the middle: pointers to its left, arrays and parameters to its right. */
function declare(btf: Btf, id: number, inner: string, depth: number): string {
  if (depth > deepest) return btf.fail(id, 'a type that C can spell, but it runs in a circle')
  const type = btf.type(id)
  const next = depth + 1
  switch (type.kind) {
    case 'void':
      return join('void', inner)
    case 'struct':
    case 'union':
    case 'enum':
      return join(`${type.kind} ${type.name === '' ? '{…}' : type.name}`, inner)
    case 'enum64':
      return join(`enum ${type.name === '' ? '{…}' : type.name}`, inner)
    case 'fwd':
      return join(`${type.union ? 'union' : 'struct'} ${type.name}`, inner)
    case 'ptr': {
      const target = btf.kind(type.type)
      const pointer = `*${inner}`
      return declare(btf, type.type, target === 'array' || target === 'func_proto' ? `(${pointer})` : pointer, next)
    }
    case 'array':
      return declare(btf, type.element, `${inner}[${type.length}]`, next)
    case 'func_proto': {
      const params = type.params.map((param, at) => {
        const last = at === type.params.length - 1
        return last && param.type === 0 ? '...' : declare(btf, param.type, '', next)
      })
      return declare(btf, type.returns, `${inner}(${params.length === 0 ? 'void' : params.join(', ')})`, next)
    }
    case 'const':
    case 'volatile':
    case 'restrict': {
      // A qualifier of a pointer stands after its star, any other before the type.
      const pointer = btf.kind(type.type) === 'ptr'
      return pointer
        ? declare(btf, type.type, join(type.kind, inner), next)
        : `${type.kind} ${declare(btf, type.type, inner, next)}`
    }
    case 'type_tag':
      return declare(btf, type.type, inner, next)
    case 'func':
    case 'var':
      return declare(btf, type.type, join(type.name, inner), next)
    case 'int':
    case 'float':
    case 'typedef':
    case 'datasec':
    case 'decl_tag':
      return join(type.name, inner)
  }
}

const join = (left: string, right: string): string => (right === '' ? left : `${left} ${right}`)
