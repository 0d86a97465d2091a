import type { Btf } from './btf.ts'

/** More types than any real declaration names: beyond it the BTF runs in a circle, or branches without end. */
const mostTypes = 1000

/** A type as C spells it: `struct sock *`, `void (*)(struct sock *, u32)`. */
export const typeName = (btf: Btf, id: number): string => declaration(btf, id, '')

/** The C declaration of a variable or member of a type: `u32 (*ssthresh)(struct sock *)`. */
export function declaration(btf: Btf, id: number, name: string): string {
  return declare(btf, id, name, { left: mostTypes })
}

interface Progress {
  /** How many types may still be named. */
  left: number
}

/**
 * C puts the name in the middle: pointers to its left, arrays and parameters to its right. `qualifiers` are those met on
 * the way, which belong to the next type that is no array: a const array is an array of const elements.
 */
function declare(btf: Btf, id: number, inner: string, progress: Progress, qualifiers: readonly string[] = []): string {
  if (progress.left === 0) return btf.fail(id, `a type that C can spell with at most ${mostTypes} others`)
  progress.left -= 1
  const type = btf.type(id)
  const qualified = (name: string) => join([...qualifiers, name].join(' '), inner)
  switch (type.kind) {
    case 'const':
    case 'volatile':
    case 'restrict':
      return declare(btf, type.type, inner, progress, [...new Set([...qualifiers, type.kind])])
    case 'type_tag':
      return declare(btf, type.type, inner, progress, qualifiers)
    case 'array':
      return declare(btf, type.element, `${inner}[${type.length}]`, progress, qualifiers)
    case 'ptr': {
      const pointer = `*${qualifiers.length === 0 ? inner : join(qualifiers.join(' '), inner)}`
      return declare(btf, type.type, isSuffixed(btf, type.type) ? `(${pointer})` : pointer, progress)
    }
    case 'func_proto': {
      const params = type.params.map((param, at) => {
        const last = at === type.params.length - 1
        return last && param.type === 0 ? '...' : declare(btf, param.type, '', progress)
      })
      return declare(btf, type.returns, `${inner}(${params.length === 0 ? 'void' : params.join(', ')})`, progress)
    }
    case 'func':
    case 'var':
      return declare(btf, type.type, join(type.name, inner), progress)
    case 'void':
      return qualified('void')
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
      return qualified(`${type.kind === 'enum64' ? 'enum' : type.kind} ${type.name === '' ? '{…}' : type.name}`)
    case 'fwd':
      return qualified(`${type.union ? 'union' : 'struct'} ${type.name}`)
    case 'int':
    case 'float':
    case 'typedef':
    case 'datasec':
    case 'decl_tag':
      return qualified(type.name)
  }
}

/** Whether C writes a type to the right of the name, so that a pointer to it needs parentheses. */
function isSuffixed(btf: Btf, id: number): boolean {
  let at = id
  for (let left = mostTypes; left > 0; left -= 1) {
    const type = btf.type(at)
    switch (type.kind) {
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        at = type.type
        break
      default:
        return type.kind === 'array' || type.kind === 'func_proto'
    }
  }
  return btf.fail(id, 'an end to its qualifiers, but they run in a circle')
}

const join = (left: string, right: string): string => (right === '' ? left : `${left} ${right}`)
