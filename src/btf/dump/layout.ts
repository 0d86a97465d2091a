import { headWords, KIND } from '../kinds.ts'
import type { Budget } from './budget.ts'
import type { Member } from './members.ts'
import { eachMember } from './members.ts'
import type { TypeReader } from './reader.ts'

const pointerSize = 8
/** A size is an u32 in BTF, and so must be an array's, which BTF does not say. */
const largestSize = 0xffff_ffff

/**
 * The sizes of types, and the alignments that a compiler gives them when all it sees is C without attributes. BTF does
 * not tell alignments; it only shows in the offsets where the source said `packed` or `aligned`.
 */
export class Layout {
  readonly #types: TypeReader
  readonly #budget: Budget
  /** By id: 0 where it has not been asked for. */
  readonly #alignments: Uint8Array
  /** By id: 1 for a packed struct or union whose alignment has been asked for. */
  readonly #packed: Uint8Array
  /** By id, plus one; 0 where it has not been asked for. */
  readonly #sizes: Float64Array

  constructor(types: TypeReader, budget: Budget) {
    this.#types = types
    this.#budget = budget
    this.#alignments = new Uint8Array(types.btf.endId)
    this.#packed = new Uint8Array(types.btf.endId)
    this.#sizes = new Float64Array(types.btf.endId)
  }

  /** Bytes. */
  alignOf(id: number): number {
    const known = this.#alignments[id] ?? 0
    if (known !== 0) return known
    this.#budget.enter(id)
    const align = this.#align(id)
    this.#budget.leave()
    this.#alignments[id] = align
    return align
  }

  /** Bytes. */
  sizeOf(id: number): number {
    const known = this.#sizes[id] ?? 0
    if (known !== 0) return known - 1
    this.#budget.enter(id)
    const size = this.#size(id)
    this.#budget.leave()
    if (size > largestSize) this.#types.btf.fail(id, `a type of at most ${largestSize} bytes`)
    this.#sizes[id] = size + 1
    return size
  }

  /** Whether the members of a struct or union stand where they would only with `__attribute__((packed))`. */
  isPacked(id: number): boolean {
    this.alignOf(id)
    return this.#packed[id] === 1
  }

  /** That of the member that needs most; 1 when some member or the end does not keep to it. */
  #ofMembers(id: number): number {
    let most = 1
    let inPlace = true
    eachMember(this.#types, id, ({ type, bitOffset, bitSize }: Member) => {
      const align = this.alignOf(type)
      if (bitSize === 0 && bitOffset % (align * 8) !== 0) inPlace = false
      if (align > most) most = align
    })
    if (inPlace && this.#types.third(id) % most === 0) return most
    this.#packed[id] = 1
    return 1
  }

  /** The type behind typedefs, qualifiers and tags. */
  #behind(id: number): number {
    const types = this.#types
    for (let at = id; ; at = types.third(at)) {
      this.#budget.spend(id, 1)
      switch (types.kind(at)) {
        case KIND.TYPEDEF:
        case KIND.CONST:
        case KIND.VOLATILE:
        case KIND.RESTRICT:
        case KIND.TYPE_TAG:
          break
        default:
          return at
      }
    }
  }

  #align(modified: number): number {
    const types = this.#types
    const id = this.#behind(modified)
    switch (types.kind(id)) {
      case KIND.PTR:
      case KIND.INT:
      case KIND.ENUM:
      case KIND.ENUM64:
      case KIND.FLOAT:
        return Math.min(pointerSize, Math.max(1, this.sizeOf(id)))
      case KIND.STRUCT:
      case KIND.UNION:
        return id === modified ? this.#ofMembers(id) : this.alignOf(id)
      case KIND.ARRAY:
        return this.alignOf(types.words[types.start(id) + headWords] ?? 0)
      default:
        return 1
    }
  }

  #size(modified: number): number {
    const types = this.#types
    const id = this.#behind(modified)
    switch (types.kind(id)) {
      case KIND.PTR:
        return pointerSize
      case KIND.INT:
      case KIND.ENUM:
      case KIND.ENUM64:
      case KIND.FLOAT:
      case KIND.STRUCT:
      case KIND.UNION:
        return types.third(id)
      case KIND.ARRAY: {
        const first = types.start(id) + headWords
        return this.sizeOf(types.words[first] ?? 0) * (types.words[first + 2] ?? 0)
      }
      default:
        return types.btf.fail(id, 'a type with a size')
    }
  }
}
