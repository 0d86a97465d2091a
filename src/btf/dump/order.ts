import type { Btf } from '../btf.ts'
import { headWords, KIND, kindOf, vlenOf } from '../kinds.ts'
import { eachReference, ownerOf } from '../references.ts'
import type { Budget } from './budget.ts'

const STATE = { NEW: 0, OPEN: 1, DONE: 2 } as const

/**
 * Finds the order of definitions: C wants those of what a type contains before the type's own. What is only pointed at
 * needs no more than a declaration, and that is what breaks circles. It reads the words themselves: most of a kernel's
 * types are those of functions, which are looked through and never written, so that decoding them is not worth it.
 */
export class DefinitionOrder {
  readonly #btf: Btf
  readonly #budget: Budget
  readonly #states: Uint8Array
  readonly #referenced: Uint8Array
  #queue: number[] = []

  constructor(btf: Btf, budget: Budget) {
    this.#btf = btf
    this.#budget = budget
    this.#states = new Uint8Array(btf.endId)
    this.#referenced = findReferenced(btf)
  }

  /** What has to be defined for a type and has not been told yet, in order, and the type itself at the end. */
  of(id: number): readonly number[] {
    this.#queue = []
    this.#visit(id, false)
    return this.#queue
  }

  /**
   * Puts what a type needs into the queue. Returns whether all of it is there: not so for a struct behind a pointer,
   * which may be defined later, and for what is made of it.
   */
  #visit(id: number, behindPointer: boolean): boolean {
    if (id === 0) return false
    const state = this.#states[id] ?? STATE.NEW
    if (state === STATE.DONE) return true
    const { words, start } = this.#locate(id)
    if (state === STATE.OPEN) {
      if (behindPointer && this.#isNamed(id, words[start])) return false
      return this.#btf.fail(id, 'a struct or union that does not contain itself')
    }
    this.#budget.enter(id)
    const whole = this.#visitNew(id, words, start, behindPointer)
    this.#budget.leave()
    return whole
  }

  #visitNew(id: number, words: Uint32Array, start: number, behindPointer: boolean): boolean {
    const info = words[start + 1] ?? 0
    const refersTo = words[start + 2] ?? 0
    const first = start + headWords
    switch (kindOf(info)) {
      case KIND.PTR: {
        const whole = this.#visit(refersTo, true)
        this.#states[id] = STATE.DONE
        return whole
      }
      case KIND.ARRAY:
        return this.#visit(words[first] ?? 0, false)
      case KIND.CONST:
      case KIND.VOLATILE:
      case KIND.RESTRICT:
      case KIND.TYPE_TAG:
        return this.#visit(refersTo, behindPointer)
      case KIND.FUNC_PROTO: {
        let whole = this.#visit(refersTo, behindPointer)
        const end = first + vlenOf(info) * 2
        for (let word = first + 1; word < end; word += 2) if (this.#visit(words[word] ?? 0, behindPointer)) whole = true
        return whole
      }
      case KIND.TYPEDEF:
        if (!this.#visit(refersTo, behindPointer) && behindPointer) return false
        return this.#define(id)
      case KIND.STRUCT:
      case KIND.UNION: {
        const named = this.#isNamed(id, words[start])
        if (behindPointer && named) return false
        this.#states[id] = STATE.OPEN
        const end = first + vlenOf(info) * 3
        for (let word = first + 1; word < end; word += 3) this.#visit(words[word] ?? 0, false)
        return this.#define(id, named)
      }
      case KIND.ENUM:
      case KIND.ENUM64:
        // One without a name that nothing refers to stands for its constants alone.
        return this.#define(id, this.#isNamed(id, words[start]) || this.#referenced[id] === 0)
      case KIND.FWD:
        return this.#define(id)
      default:
        this.#states[id] = STATE.DONE
        return false
    }
  }

  #define(id: number, byItself = true): true {
    if (byItself) this.#queue.push(id)
    this.#states[id] = STATE.DONE
    return true
  }

  #isNamed(id: number, offset: number | undefined): boolean {
    return offset !== 0 && this.#btf.name(id) !== ''
  }

  #locate(id: number): { words: Uint32Array; start: number } {
    const owner = ownerOf(this.#btf, id)
    return { words: owner.words, start: owner.startOf(id) }
  }
}

/** Marks the types that others are made of. */
function findReferenced(btf: Btf): Uint8Array {
  const marks = new Uint8Array(btf.endId)
  for (let part: Btf | undefined = btf; part !== undefined; part = part.base) {
    const { words, firstId, endId } = part
    for (let id = firstId; id < endId; id += 1) eachReference(words, part.startOf(id), (word) => (marks[words[word] ?? 0] = 1))
  }
  return marks
}
