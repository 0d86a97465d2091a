import { headWords, KIND } from '../kinds.ts'
import type { Budget } from './budget.ts'
import type { UniqueNames } from './names.ts'
import type { TypeReader } from './reader.ts'
import type { TextOut } from './text-out.ts'

/** What all that writes C of a BTF has in hand. */
export interface Writing {
  types: TypeReader
  names: UniqueNames
  budget: Budget
  out: TextOut
  /** Writes the definition of an anonymous struct, union or enum, which stands where its name would. */
  body: (id: number, depth: number) => void
}

/** What has just been written, which decides whether a space has to follow. */
const LAST = { WORD: 0, OTHER: 1 } as const

const none: readonly string[] = []

/**
 * Writes declarations, such as `u32 (*ssthresh)(struct sock *)`: what C wants to the left of the name, the name, and what
 * it wants to the right of it.
 */
export class Declarator {
  readonly #writing: Writing
  #last: number = LAST.WORD
  /** Whether the declaration has a name, and how deep in other structs it stands. */
  #named = false
  #depth = 0

  constructor(writing: Writing) {
    this.#writing = writing
  }

  /** `name` is the offset of a name in the pool; 0 or that of an empty one for a declaration without. */
  write(id: number, name: number, depth: number): void {
    const { types, out } = this.#writing
    const [named, around] = [this.#named, this.#depth]
    this.#named = types.pool[name] !== 0
    this.#depth = depth
    const goesOn = this.#before(id, none, false)
    if (this.#named) {
      if (this.#last === LAST.WORD) out.put(' ')
      out.putName(types.pool, name)
    }
    if (goesOn) this.#after(id, false)
    this.#named = named
    this.#depth = around
  }

  /**
   * Writes what stands before the name. `qualifiers` are those met on the way in, for the next pointer or base type, the
   * innermost first. Pointers bind less than dimensions and parameters: what one points at needs parentheses then.
   * Answers whether something stands behind the name too.
   */
  #before(id: number, qualifiers: readonly string[], behindPointer: boolean): boolean {
    const { types, budget, out } = this.#writing
    const kind = types.kind(id)
    let goesOn = false
    budget.enter(id)
    switch (kind) {
      case KIND.CONST:
        goesOn = this.#before(types.third(id), qualified('const', qualifiers), behindPointer)
        break
      case KIND.VOLATILE:
        goesOn = this.#before(types.third(id), qualified('volatile', qualifiers), behindPointer)
        break
      case KIND.RESTRICT:
        goesOn = this.#before(types.third(id), qualified('restrict', qualifiers), behindPointer)
        break
      case KIND.TYPE_TAG: {
        const tag = `__attribute__((btf_type_tag("${types.textAt(types.nameAt(id))}")))`
        goesOn = this.#before(types.third(id), [tag, ...qualifiers], behindPointer)
        break
      }
      case KIND.PTR:
        goesOn = this.#before(types.third(id), none, true)
        out.put(this.#last === LAST.WORD ? ' *' : '*')
        this.#last = LAST.OTHER
        if (qualifiers.length > 0) this.#word(` ${qualifiers.join(' ')}`)
        break
      case KIND.ARRAY:
        // A const array is one of const elements.
        this.#before(types.words[types.start(id) + headWords] ?? 0, qualifiers, false)
        if (behindPointer) this.#open(this.#last === LAST.WORD && this.#named ? ' (' : '(')
        goesOn = true
        break
      case KIND.FUNC_PROTO:
        this.#before(types.third(id), none, false)
        if (behindPointer) this.#open(' (')
        goesOn = true
        break
      default:
        this.#base(kind, id, qualifiers)
    }
    budget.leave()
    return goesOn
  }

  #after(id: number, behindPointer: boolean): void {
    if (id === 0) return
    const { types, budget, out } = this.#writing
    budget.enter(id)
    switch (types.kind(id)) {
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        this.#after(types.third(id), behindPointer)
        break
      case KIND.PTR:
        this.#after(types.third(id), true)
        break
      case KIND.ARRAY: {
        const first = types.start(id) + headWords
        out.put(behindPointer ? ')[' : '[')
        out.put(String(types.words[first + 2] ?? 0))
        out.put(']')
        this.#after(types.words[first] ?? 0, false)
        break
      }
      case KIND.FUNC_PROTO:
        out.put(behindPointer ? ')(' : '(')
        this.#parameters(id)
        out.put(')')
        this.#after(types.third(id), false)
        break
      default:
    }
    budget.leave()
  }

  /** C takes qualifiers before the type; but an attribute, and what is outside of it, come after. */
  #base(kind: number, id: number, qualifiers: readonly string[]): void {
    if (qualifiers.length === 0) return this.#baseName(kind, id)
    const tag = qualifiers.findIndex((qualifier) => qualifier.startsWith('_'))
    for (const qualifier of tag < 0 ? qualifiers : qualifiers.slice(0, tag)) this.#writing.out.put(`${qualifier} `)
    this.#baseName(kind, id)
    if (tag >= 0) this.#word(` ${qualifiers.slice(tag).join(' ')}`)
  }

  /** What a declaration begins with: a type that has a name, or the body of one that has none. */
  #baseName(kind: number, id: number): void {
    const { types, names, out } = this.#writing
    switch (kind) {
      case KIND.VOID:
        out.put('void')
        break
      case KIND.STRUCT:
        this.#tagged('struct ', id)
        break
      case KIND.UNION:
        this.#tagged('union ', id)
        break
      case KIND.ENUM:
      case KIND.ENUM64:
        this.#tagged('enum ', id)
        break
      case KIND.FWD:
        out.put(forwardKind(types, id))
        out.putName(types.pool, names.tag(id))
        break
      case KIND.TYPEDEF:
        out.putName(types.pool, names.typedef(id))
        break
      case KIND.INT:
      case KIND.FLOAT:
        out.putName(types.pool, types.nameAt(id))
        break
      default:
        types.btf.fail(id, `a type of a variable, not ${types.btf.kind(id)} "${types.btf.name(id)}"`)
    }
    this.#last = LAST.WORD
  }

  #tagged(kind: string, id: number): void {
    const { types, names, out, body } = this.#writing
    const name = names.tag(id)
    if (name === 0) return body(id, this.#depth)
    out.put(kind)
    out.putName(types.pool, name)
  }

  #parameters(id: number): void {
    const { types, out } = this.#writing
    const { words } = types
    const first = types.start(id) + headWords
    const count = types.count(id)
    if (count === 0) out.put('void')
    for (let index = 0; index < count; index += 1) {
      const type = words[first + index * 2 + 1] ?? 0
      if (index > 0) out.put(', ')
      // BTF writes the three dots as a last parameter without a type; alone it is the `void` of a function without any.
      if (type === 0 && index === count - 1) out.put(index === 0 ? 'void' : '...')
      else this.write(type, types.checked(words[first + index * 2] ?? 0, id), this.#depth)
    }
  }

  #open(parenthesis: string): void {
    this.#writing.out.put(parenthesis)
    this.#last = LAST.OTHER
  }

  #word(text: string): void {
    this.#writing.out.put(text)
    this.#last = LAST.WORD
  }
}

// ABI: the kind_flag of a forward declaration says that it is a union's.
export const forwardKind = (types: TypeReader, id: number): 'struct ' | 'union ' =>
  (types.words[types.start(id) + 1] ?? 0) >>> 31 === 1 ? 'union ' : 'struct '

const qualified = (qualifier: string, others: readonly string[]): readonly string[] =>
  others.length === 0 ? [qualifier] : [qualifier, ...others.filter((known) => known !== qualifier)]
