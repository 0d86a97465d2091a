import type { Btf } from '../btf.ts'
import type { BtfType } from '../types.ts'
import { Alignments } from './alignment.ts'
import { Budget } from './budget.ts'
import { compositeText, enumText } from './definition.ts'
import { declare, type Spelling } from './declarator.ts'
import { UniqueNames } from './names.ts'
import { DefinitionOrder } from './order.ts'

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
  readonly #btf: Btf
  readonly #order: DefinitionOrder
  readonly #names: UniqueNames
  readonly #budget: Budget
  readonly #alignments: Alignments
  readonly #spelling: Spelling
  readonly #states: Uint8Array
  /** Structs that are declared, and typedefs that are written, ahead of their turn. */
  readonly #declared: Uint8Array
  readonly #chunks: string[] = []

  constructor(btf: Btf) {
    this.#btf = btf
    this.#budget = new Budget(btf)
    this.#order = new DefinitionOrder(btf, this.#budget)
    this.#names = new UniqueNames(btf)
    this.#alignments = new Alignments(btf, this.#budget)
    this.#states = new Uint8Array(btf.endId)
    this.#declared = new Uint8Array(btf.endId)
    this.#spelling = {
      btf,
      names: this.#names,
      budget: this.#budget,
      body: (type, indent) => this.#body(type, indent),
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
    return this.#chunks.join('')
  }

  #write(id: number, text: string): void {
    this.#budget.spend(id, text.length / 16)
    this.#chunks.push(text, ';\n\n')
  }

  #define(id: number): void {
    if (this.#states[id] !== STATE.NEW) return
    const type = this.#btf.type(id)
    this.#states[id] = STATE.OPEN
    this.#budget.enter(id)
    if (type.kind === 'typedef') {
      this.#prepare(type.type, id)
      if (this.#declared[id] === 0) this.#writeTypedef(id, type.type)
    } else if (type.kind === 'fwd') {
      this.#write(id, `${type.union ? 'union' : 'struct'} ${this.#names.tag(id)}`)
    } else {
      if (type.kind === 'struct' || type.kind === 'union') {
        for (const member of type.members) this.#prepare(member.type, id)
      }
      this.#write(id, this.#body(type, ''))
    }
    this.#budget.leave()
    this.#states[id] = STATE.DONE
  }

  #body(type: BtfType, indent: string): string {
    if (type.kind === 'enum' || type.kind === 'enum64') return enumText(this.#spelling, type, indent)
    if (type.kind !== 'struct' && type.kind !== 'union') return this.#btf.fail(type.id, `a definition, not ${type.kind}`)
    return compositeText(this.#spelling, this.#alignments, type, indent)
  }

  /**
   * Writes what has to stand before a declaration that mentions a type: declarations of the structs behind pointers,
   * and typedefs. `within` is the type in whose definition the mention stands.
   */
  #prepare(id: number, within: number): void {
    if (id === 0 || this.#states[id] === STATE.DONE) return
    this.#budget.enter(id)
    const type = this.#btf.type(id)
    switch (type.kind) {
      case 'ptr':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'type_tag':
        this.#prepare(type.type, within)
        break
      case 'array':
        this.#prepare(type.element, within)
        break
      case 'func_proto':
        this.#prepare(type.returns, within)
        for (const param of type.params) this.#prepare(param.type, within)
        break
      case 'int':
        this.#nameInteger(id, type.name)
        break
      case 'fwd':
        this.#define(id)
        break
      case 'typedef':
        if (this.#states[id] === STATE.NEW) this.#define(id)
        else if (this.#declared[id] === 0) this.#writeTypedef(id, type.type)
        break
      case 'struct':
      case 'union':
        if (type.name === '') for (const member of type.members) this.#prepare(member.type, within)
        else if (id !== within) this.#declare(id, type.kind)
        break
      default:
    }
    this.#budget.leave()
  }

  #declare(id: number, kind: 'struct' | 'union'): void {
    if (this.#declared[id] !== 0) return
    this.#declared[id] = 1
    this.#write(id, `${kind} ${this.#names.tag(id)}`)
  }

  #writeTypedef(id: number, target: number): void {
    this.#declared[id] = 1
    if (this.#btf.name(id) === builtinList) return
    const name = this.#names.typedef(id)
    // In BTF it is a typedef of what the list is made of, and no compiler takes that for its own.
    const isList = name === '__gnuc_va_list'
    this.#write(id, `typedef ${isList ? `${builtinList} ${name}` : declare(this.#spelling, target, name, '')}`)
  }

  #nameInteger(id: number, name: string): void {
    this.#states[id] = STATE.DONE
    const real = unspeakable[name]
    if (real !== undefined) this.#write(id, `typedef ${real} ${name}`)
  }
}
