import { headWords, KIND } from '../kinds.ts'
import type { Budget } from './budget.ts'
import type { UniqueNames } from './names.ts'
import type { TypeReader } from './reader.ts'

export interface Spelling {
  types: TypeReader
  names: UniqueNames
  budget: Budget
  /** The definition of an anonymous struct, union or enum, which stands where its name would. */
  body: (id: number, indent: string) => string
}

const none: readonly string[] = []

/**
 * A declaration in C: `u32 (*ssthresh)(struct sock *)`. It is written from the name outwards, as C is read. `indent` is
 * that of the line it stands in.
 */
export function declare(spelling: Spelling, id: number, name: string, indent: string): string {
  return around(spelling, id, { text: name, named: name !== '', indent }, none)
}

/** What has been written so far: the name with pointers, dimensions and parameters around it. */
interface Inner {
  text: string
  readonly named: boolean
  readonly indent: string
}

/** `qualifiers` are those met on the way in, for the next pointer or base type; the innermost comes first. */
function around(spelling: Spelling, id: number, inner: Inner, qualifiers: readonly string[]): string {
  if (id === 0) return based('void', inner, qualifiers)
  const { types, budget } = spelling
  budget.enter(id)
  const text = aroundType(spelling, types.kind(id), id, inner, qualifiers)
  budget.leave()
  return text
}

function aroundType(spelling: Spelling, kind: number, id: number, inner: Inner, qualifiers: readonly string[]): string {
  const { types } = spelling
  switch (kind) {
    case KIND.CONST:
      return around(spelling, types.third(id), inner, qualified('const', qualifiers))
    case KIND.VOLATILE:
      return around(spelling, types.third(id), inner, qualified('volatile', qualifiers))
    case KIND.RESTRICT:
      return around(spelling, types.third(id), inner, qualified('restrict', qualifiers))
    case KIND.TYPE_TAG:
      return around(spelling, types.third(id), inner, [`__attribute__((btf_type_tag("${types.name(id)}")))`, ...qualifiers])
    case KIND.PTR:
      inner.text = qualifiers.length === 0 ? `*${inner.text}` : `* ${qualifiers.join(' ')}${gap(inner)}${inner.text}`
      return around(spelling, types.third(id), inner, none)
    case KIND.ARRAY: {
      const first = types.start(id) + headWords
      inner.text = `${inParentheses(inner, '')}[${types.words[first + 2] ?? 0}]`
      // A const array is one of const elements.
      return around(spelling, types.words[first] ?? 0, inner, qualifiers)
    }
    case KIND.FUNC_PROTO:
      inner.text = `${inParentheses(inner, ' ')}(${parameters(spelling, id, inner.indent)})`
      return around(spelling, types.third(id), inner, none)
    default:
      return based(baseName(spelling, kind, id, inner.indent), inner, qualifiers)
  }
}

/** What a declaration begins with: a type that has a name, or the body of one that has none. */
function baseName(spelling: Spelling, kind: number, id: number, indent: string): string {
  const { types, names } = spelling
  switch (kind) {
    case KIND.STRUCT:
    case KIND.UNION: {
      const name = names.tag(id)
      return name === '' ? spelling.body(id, indent) : `${kind === KIND.STRUCT ? 'struct' : 'union'} ${name}`
    }
    case KIND.ENUM:
    case KIND.ENUM64: {
      const name = names.tag(id)
      return name === '' ? spelling.body(id, indent) : `enum ${name}`
    }
    case KIND.FWD:
      return `${forwardKind(types, id)} ${names.tag(id)}`
    case KIND.TYPEDEF:
      return names.typedef(id)
    case KIND.INT:
    case KIND.FLOAT:
      return types.name(id)
    default:
      return types.btf.fail(id, `a type of a variable, not ${types.btf.kind(id)} "${types.name(id)}"`)
  }
}

// ABI: the kind_flag of a forward declaration says that it is a union's.
export const forwardKind = (types: TypeReader, id: number): 'struct' | 'union' =>
  (types.words[types.start(id) + 1] ?? 0) >>> 31 === 1 ? 'union' : 'struct'

const qualified = (qualifier: string, others: readonly string[]): readonly string[] =>
  others.length === 0 ? [qualifier] : [qualifier, ...others.filter((known) => known !== qualifier)]

/** Pointers bind less than dimensions and parameters. */
const inParentheses = ({ text }: Inner, space: string): string => (text.startsWith('*') ? `${space}(${text})` : text)

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

function parameters(spelling: Spelling, id: number, indent: string): string {
  const { types } = spelling
  const { words } = types
  const first = types.start(id) + headWords
  const count = types.count(id)
  let text = ''
  for (let index = 0; index < count; index += 1) {
    const type = words[first + index * 2 + 1] ?? 0
    // BTF writes the three dots as a last parameter without a type; alone it is the `void` of a function without any.
    if (type === 0 && index === count - 1) return index === 0 ? 'void' : `${text}, ...`
    const param = declare(spelling, type, types.text(words[first + index * 2] ?? 0, id), indent)
    text = index === 0 ? param : `${text}, ${param}`
  }
  return count === 0 ? 'void' : text
}
