import type { Btf } from '../btf.ts'
import { headWords, KIND } from '../kinds.ts'
import { Budget } from './budget.ts'
import { Declarator, forwardKind, type Writing } from './declarator.ts'
import { writeComposite, writeEnum } from './definition.ts'
import { Layout } from './layout.ts'
import { UniqueNames } from './names.ts'
import { DefinitionOrder } from './order.ts'
import { TypeReader } from './reader.ts'
import { TextOut } from './text-out.ts'

/** The compiler of Arm's vector types has integers that have no name in C. */
const unspeakable: ReadonlyMap<string, string> = new Map([
  ['__Poly8_t', 'unsigned char'],
  ['__Poly16_t', 'unsigned short'],
  ['__Poly64_t', 'unsigned long long'],
  ['__Poly128_t', 'unsigned __int128'],
])
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
  readonly #out: TextOut
  readonly #writing: Writing
  readonly #declarator: Declarator
  readonly #states: Uint8Array
  /** Structs that are declared, and typedefs that are written, ahead of their turn. */
  readonly #declared: Uint8Array

  constructor(btf: Btf) {
    this.#types = new TypeReader(btf)
    // A kernel's text is a little shorter than the words of its types.
    this.#out = new TextOut(btf.words.byteLength)
    this.#budget = new Budget(btf)
    this.#order = new DefinitionOrder(this.#types, this.#budget)
    this.#names = new UniqueNames(this.#types)
    this.#layout = new Layout(this.#types, this.#budget)
    this.#states = new Uint8Array(btf.endId)
    this.#declared = new Uint8Array(btf.endId)
    this.#writing = {
      types: this.#types,
      names: this.#names,
      budget: this.#budget,
      out: this.#out,
      body: (id, depth) => this.#body(id, depth),
    }
    this.#declarator = new Declarator(this.#writing)
  }

  /** Adds a type with all that it needs, as far as that has not been written. */
  add(id: number): void {
    const needed = this.#order.of(id)
    for (let at = 0; at < needed.length; at += 1) this.#define(needed[at] ?? 0)
  }

  /** The name of a struct, union or enum in this text; empty for an anonymous one. */
  tagOf(id: number): string {
    return this.#types.textAt(this.#names.tag(id))
  }

  /** The name of a typedef in this text. */
  typedefOf(id: number): string {
    return this.#types.textAt(this.#names.typedef(id))
  }

  get text(): string {
    return this.#out.toString()
  }

  /** Ends a statement that began when the text was as long as `from`. */
  #end(id: number, from: number): void {
    this.#out.put(';\n\n')
    this.#budget.spend(id, (this.#out.length - from) / 16)
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
        this.#writeDeclaration(id, forwardKind(this.#types, id))
        break
      case KIND.STRUCT:
      case KIND.UNION:
        this.#prepareMembers(id, id)
        this.#writeDefinition(id)
        break
      default:
        this.#writeDefinition(id)
    }
    this.#budget.leave()
    this.#states[id] = STATE.DONE
  }

  #writeDefinition(id: number): void {
    const from = this.#out.length
    this.#body(id, 0)
    this.#end(id, from)
  }

  #body(id: number, depth: number): void {
    const kind = this.#types.kind(id)
    if (kind === KIND.ENUM || kind === KIND.ENUM64) return writeEnum(this.#writing, id, depth)
    writeComposite(this.#writing, this.#declarator, this.#layout, id, depth)
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
        if (types.isAnonymous(id)) this.#prepareMembers(id, within)
        else if (id !== within && this.#declared[id] === 0) {
          this.#declared[id] = 1
          this.#writeDeclaration(id, kind === KIND.STRUCT ? 'struct ' : 'union ')
        }
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

  #writeDeclaration(id: number, kind: 'struct ' | 'union '): void {
    const from = this.#out.length
    this.#out.put(kind)
    this.#out.putName(this.#types.pool, this.#names.tag(id))
    this.#end(id, from)
  }

  #writeTypedef(id: number): void {
    this.#declared[id] = 1
    const name = this.#types.textAt(this.#types.nameAt(id))
    if (name === builtinList) return
    const from = this.#out.length
    this.#out.put('typedef ')
    // In BTF it is a typedef of what the list is made of, and no compiler takes that for its own.
    if (name === '__gnuc_va_list') this.#out.put(`${builtinList} ${name}`)
    else this.#declarator.write(this.#types.third(id), this.#names.typedef(id), 0)
    this.#end(id, from)
  }

  #nameInteger(id: number): void {
    this.#states[id] = STATE.DONE
    const name = this.#types.textAt(this.#types.nameAt(id))
    const real = unspeakable.get(name)
    if (real === undefined) return
    const from = this.#out.length
    this.#out.put(`typedef ${real} ${name}`)
    this.#end(id, from)
  }
}
