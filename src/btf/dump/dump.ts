import type { Btf } from '../btf.ts'
import { headWords, KIND } from '../kinds.ts'
import { Budget } from './budget.ts'
import { compositeText, enumText } from './definition.ts'
import { declare, forwardKind, type Spelling } from './declarator.ts'
import { Layout } from './layout.ts'
import { UniqueNames } from './names.ts'
import { DefinitionOrder } from './order.ts'
import { TypeReader } from './reader.ts'

/** The compiler of Arm's vector types has integers that have no name in C. */
const unspeakable: Readonly<Record<string, string>> = {
  __Poly8_t: 'unsigned char',
  __Poly16_t: 'unsigned short',
  __Poly64_t: 'unsigned long long',
  __Poly128_t: 'unsigned __int128',
}
/** Known to every compiler, and only under this name. */
const builtinList = '__builtin_va_list'

const STATE = { NEW: 0, OPEN: 1, DONE: 2 } as const

/**
 * Writes types as C that a compiler takes, each after what it needs. One object of it writes one text: what it has
 * written once, it does not write again.
 */
export class CDump {
  readonly #types: TypeReader
  readonly #order: DefinitionOrder
  readonly #names: UniqueNames
  readonly #budget: Budget
  readonly #layout: Layout
  readonly #spelling: Spelling
  readonly #states: Uint8Array
  /** Structs that are declared, and typedefs that are written, ahead of their turn. */
  readonly #declared: Uint8Array
  #text = ''

  constructor(btf: Btf) {
    this.#types = new TypeReader(btf)
    this.#budget = new Budget(btf)
    this.#order = new DefinitionOrder(this.#types, this.#budget)
    this.#names = new UniqueNames(this.#types)
    this.#layout = new Layout(this.#types, this.#budget)
    this.#states = new Uint8Array(btf.endId)
    this.#declared = new Uint8Array(btf.endId)
    this.#spelling = {
      types: this.#types,
      names: this.#names,
      budget: this.#budget,
      body: (id, indent) => this.#body(id, indent),
    }
  }

  /** Adds a type with all that it needs, as far as that has not been written. */
  add(id: number): void {
    for (const next of this.#order.of(id)) this.#define(next)
  }

  /** The name of a struct, union or enum in this text; empty for an anonymous one. */
  tagOf(id: number): string {
    return this.#names.tag(id)
  }

  /** The name of a typedef in this text. */
  typedefOf(id: number): string {
    return this.#names.typedef(id)
  }

  get text(): string {
    return this.#text
  }

  #write(id: number, text: string): void {
    this.#budget.spend(id, text.length / 16)
    this.#text += `${text};\n\n`
  }

  #define(id: number): void {
    if (this.#states[id] !== STATE.NEW) return
    this.#states[id] = STATE.OPEN
    this.#budget.enter(id)
    switch (this.#types.kind(id)) {
      case KIND.TYPEDEF:
        this.#prepare(this.#types.third(id), id)
        if (this.#declared[id] === 0) this.#writeTypedef(id)
        break
      case KIND.FWD:
        this.#write(id, `${forwardKind(this.#types, id)} ${this.#names.tag(id)}`)
        break
      case KIND.STRUCT:
      case KIND.UNION:
        this.#prepareMembers(id, id)
        this.#write(id, this.#body(id, ''))
        break
      default:
        this.#write(id, this.#body(id, ''))
    }
    this.#budget.leave()
    this.#states[id] = STATE.DONE
  }

  #body(id: number, indent: string): string {
    const kind = this.#types.kind(id)
    if (kind === KIND.ENUM || kind === KIND.ENUM64) return enumText(this.#spelling, id, indent)
    return compositeText(this.#spelling, this.#layout, id, indent)
  }

  /**
   * Writes what has to stand before a declaration that mentions a type: declarations of the structs behind pointers,
   * and typedefs. `within` is the type in whose definition the mention stands.
   */
  #prepare(id: number, within: number): void {
    if (id === 0 || this.#states[id] === STATE.DONE) return
    const types = this.#types
    const kind = types.kind(id)
    this.#budget.enter(id)
    switch (kind) {
      case KIND.PTR:
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        this.#prepare(types.third(id), within)
        break
      case KIND.ARRAY:
        this.#prepare(types.words[types.start(id) + headWords] ?? 0, within)
        break
      case KIND.FUNC_PROTO: {
        this.#prepare(types.third(id), within)
        const first = types.start(id) + headWords
        const end = first + types.count(id) * 2
        for (let word = first + 1; word < end; word += 2) this.#prepare(types.words[word] ?? 0, within)
        break
      }
      case KIND.INT:
        this.#nameInteger(id)
        break
      case KIND.FWD:
        this.#define(id)
        break
      case KIND.TYPEDEF:
        if (this.#states[id] === STATE.NEW) this.#define(id)
        else if (this.#declared[id] === 0) this.#writeTypedef(id)
        break
      case KIND.STRUCT:
      case KIND.UNION:
        if (types.name(id) === '') this.#prepareMembers(id, within)
        else if (id !== within) this.#declare(id, kind === KIND.STRUCT ? 'struct' : 'union')
        break
      default:
    }
    this.#budget.leave()
  }

  #prepareMembers(id: number, within: number): void {
    const { words } = this.#types
    const first = this.#types.start(id) + headWords
    const end = first + this.#types.count(id) * 3
    for (let word = first + 1; word < end; word += 3) this.#prepare(words[word] ?? 0, within)
  }

  #declare(id: number, kind: 'struct' | 'union'): void {
    if (this.#declared[id] !== 0) return
    this.#declared[id] = 1
    this.#write(id, `${kind} ${this.#names.tag(id)}`)
  }

  #writeTypedef(id: number): void {
    this.#declared[id] = 1
    if (this.#types.name(id) === builtinList) return
    const name = this.#names.typedef(id)
    // In BTF it is a typedef of what the list is made of, and no compiler takes that for its own.
    const isList = name === '__gnuc_va_list'
    const target = this.#types.third(id)
    this.#write(id, `typedef ${isList ? `${builtinList} ${name}` : declare(this.#spelling, target, name, '')}`)
  }

  #nameInteger(id: number): void {
    this.#states[id] = STATE.DONE
    const name = this.#types.name(id)
    const real = unspeakable[name]
    if (real !== undefined) this.#write(id, `typedef ${real} ${name}`)
  }
}
