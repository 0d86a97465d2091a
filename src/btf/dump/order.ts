import { headWords, KIND, vlenOf, kindOf } from '../kinds.ts'
import { eachReference } from '../references.ts'
import type { Budget } from './budget.ts'
import type { TypeReader } from './reader.ts'

const STATE = { NEW: 0, OPEN: 1, DONE: 2 } as const

const nothing: readonly number[] = []

/**
 * Finds the order of definitions: C wants those of what a type contains before the type's own. What is only pointed at
 * needs no more than a declaration, and that is what breaks circles.
 */
export class DefinitionOrder {
  readonly #types: TypeReader
  readonly #budget: Budget
  readonly #states: Uint8Array
  readonly #referenced: Uint8Array
  #queue: number[] = []

  constructor(types: TypeReader, budget: Budget) {
    this.#types = types
    this.#budget = budget
    this.#states = new Uint8Array(types.btf.endId)
    this.#referenced = findReferenced(types)
  }

  /** What has to be defined for a type and has not been told yet, in order, and the type itself at the end. */
  of(id: number): readonly number[] {
    // Most types of a kernel are those of functions, and have been seen or need nothing.
    if (this.#states[id] === STATE.DONE) return nothing
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
    const state = this.#states[id]
    if (state === STATE.DONE) return true
    if (state === STATE.OPEN) {
      if (behindPointer && !this.#types.isAnonymous(id)) return false
      return this.#types.btf.fail(id, 'a struct or union that does not contain itself')
    }
    this.#budget.enter(id)
    const whole = this.#visitNew(id, behindPointer)
    this.#budget.leave()
    return whole
  }

  #visitNew(id: number, behindPointer: boolean): boolean {
    const { words } = this.#types
    const start = this.#types.start(id)
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
        const named = !this.#types.isAnonymous(id)
        if (behindPointer && named) return false
        this.#states[id] = STATE.OPEN
        const end = first + vlenOf(info) * 3
        for (let word = first + 1; word < end; word += 3) this.#visit(words[word] ?? 0, false)
        return this.#define(id, named)
      }
      case KIND.ENUM:
      case KIND.ENUM64:
        // One without a name that nothing refers to stands for its constants alone.
        return this.#define(id, this.#referenced[id] === 0 || !this.#types.isAnonymous(id))
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
}

/** Marks the types that others are made of. */
function findReferenced(types: TypeReader): Uint8Array {
  const { words, btf } = types
  const marks = new Uint8Array(btf.endId)
  const mark = (word: number) => {
    marks[words[word] ?? 0] = 1
  }
  for (let id = 1; id < btf.endId; id += 1) eachReference(words, types.start(id), mark)
  return marks
}
