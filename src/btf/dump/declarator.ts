import type { Btf } from '../btf.ts'
import type { BtfType } from '../types.ts'
import type { Budget } from './budget.ts'
import type { UniqueNames } from './names.ts'

export interface Spelling {
  btf: Btf
  names: UniqueNames
  budget: Budget
  /** The definition of an anonymous struct, union or enum, which stands where its name would. */
  body: (type: BtfType, indent: string) => string
}

/**
 * A declaration in C: `u32 (*ssthresh)(struct sock *)`. It is written from the name outwards, as C is read. `indent` is
 * that of the line it stands in.
 */
export function declare(spelling: Spelling, id: number, name: string, indent: string): string {
  return around(spelling, id, { text: name, named: name !== '' }, [], indent)
}

/** What has been written so far: the name with pointers, dimensions and parameters around it. */
interface Inner {
  text: string
  named: boolean
}

/** `qualifiers` are those met on the way in, for the next pointer or base type; the innermost comes first. */
function around(spelling: Spelling, id: number, inner: Inner, qualifiers: readonly string[], indent: string): string {
  const { btf, budget, names } = spelling
  budget.enter(id)
  const type = btf.type(id)
  const further = (to: number, text: string, kept: readonly string[] = []) =>
    around(spelling, to, { text, named: inner.named }, kept, indent)
  const base = (text: string) => based(text, inner, qualifiers)
  let text: string
  switch (type.kind) {
    case 'const':
    case 'volatile':
    case 'restrict':
      text = further(type.type, inner.text, [type.kind, ...qualifiers.filter((known) => known !== type.kind)])
      break
    case 'type_tag':
      text = further(type.type, inner.text, [`__attribute__((btf_type_tag("${type.name}")))`, ...qualifiers])
      break
    case 'ptr': {
      const after = qualifiers.length === 0 ? '*' : `* ${qualifiers.join(' ')}`
      text = further(type.type, qualifiers.length === 0 ? `*${inner.text}` : after + gap(inner) + inner.text)
      break
    }
    case 'array':
      // A const array is one of const elements.
      text = further(type.element, `${inParentheses(inner, '')}[${type.length}]`, qualifiers)
      break
    case 'func_proto':
      text = further(type.returns, `${inParentheses(inner, ' ')}(${parameters(spelling, type, indent)})`)
      break
    case 'void':
      text = base('void')
      break
    case 'struct':
    case 'union':
      text = base(type.name === '' ? spelling.body(type, indent) : `${type.kind} ${names.tag(id)}`)
      break
    case 'enum':
    case 'enum64':
      text = base(type.name === '' ? spelling.body(type, indent) : `enum ${names.tag(id)}`)
      break
    case 'fwd':
      text = base(`${type.union ? 'union' : 'struct'} ${names.tag(id)}`)
      break
    case 'typedef':
      text = base(names.typedef(id))
      break
    case 'int':
    case 'float':
      text = base(type.name)
      break
    default:
      return btf.fail(id, `a type of a variable, not ${type.kind} "${type.name}"`)
  }
  budget.leave()
  return text
}

/** Pointers bind less than dimensions and parameters. */
const inParentheses = ({ text }: Inner, space: string): string =>
  text.startsWith('*') ? `${space}(${text})` : text

/** What stands between a word and what follows it. */
function gap({ text, named }: Inner): string {
  const first = text.charAt(0)
  if (first === '' || first === ' ' || first === '[') return ''
  return first === '(' && !named ? '' : ' '
}

/** C takes qualifiers before the type; but an attribute, and what is outside of it, come after. */
function based(text: string, inner: Inner, qualifiers: readonly string[]): string {
  const after = gap(inner) + inner.text
  if (qualifiers.length === 0) return text + after
  const tag = qualifiers.findIndex((qualifier) => qualifier.startsWith('_'))
  const before = tag < 0 ? qualifiers : qualifiers.slice(0, tag)
  return [...before, text, ...(tag < 0 ? [] : qualifiers.slice(tag))].join(' ') + after
}

function parameters(spelling: Spelling, type: Extract<BtfType, { kind: 'func_proto' }>, indent: string): string {
  const { params } = type
  const last = params.length - 1
  // BTF writes the three dots as a last parameter without a type; alone it is the `void` of a function without any.
  if (last < 0 || (last === 0 && params[0]?.type === 0)) return 'void'
  return params
    .map((param, at) => (at === last && param.type === 0 ? '...' : declare(spelling, param.type, param.name, indent)))
    .join(', ')
}
