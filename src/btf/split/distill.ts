import type { Btf } from '../btf.ts'
import { headWords, KIND, kindOf, makeInfo } from '../kinds.ts'
import { eachReference, wordsOf } from '../references.ts'
import type { BtfKind } from '../types.ts'
import { BtfBuilder } from '../write/builder.ts'
import { copyType } from '../write/copy.ts'

/** Types with names of which a distilled base says no more than what finds them again. */
const inBase: ReadonlySet<number> = new Set([KIND.INT, KIND.FLOAT, KIND.FWD, KIND.STRUCT, KIND.UNION, KIND.ENUM, KIND.ENUM64])

/** What is there once for each object, and nothing that another is made of. */
const noTypes: ReadonlySet<BtfKind> = new Set<BtfKind>(['func', 'var', 'datasec', 'decl_tag'])

/**
 * Makes split BTF independent of the very base that it was made on: the new base has only what the split types need, by
 * name and size, and `relocateBtf` puts it onto the base of another build. Structs, unions and enums lose their contents;
 * what has no name goes to the split types, behind their own. This is what a module's `.BTF.base` and `.BTF` hold.
 *
 * Throws an `ObjectError` where the split types use functions or variables of the base.
 *
 * Source: btf__distill_base of libbpf 1.5.
 */
export function distillBase(btf: Btf): { base: Btf; split: Btf } {
  if (btf.base === undefined) throw new RangeError('only split BTF has a base to distill')
  const used = usedOfBase(btf)
  const base = new BtfBuilder()
  const numbers = new Map<number, number>([[0, 0]])
  for (const id of used) if (isInBase(btf, id)) numbers.set(id, copyType(btf, id, base, () => 0, described(btf, id)))

  const split = new BtfBuilder(base.build(btf.base.file))
  for (let id = btf.firstId; id < btf.endId; id += 1) numbers.set(id, split.nextId + id - btf.firstId)
  const others = used.filter((id) => !numbers.has(id))
  for (const [index, id] of others.entries()) numbers.set(id, split.nextId + btf.endId - btf.firstId + index)
  const numberOf = (id: number) => numbers.get(id) ?? 0
  for (let id = btf.firstId; id < btf.endId; id += 1) copyType(btf, id, split, numberOf)
  for (const id of others) copyType(btf, id, split, numberOf)
  const made = split.build(btf.file)
  return { base: made.base ?? made, split: made }
}

/** What of the base the split types are made of, in order: of a struct with a name not what it is made of itself. */
function usedOfBase(btf: Btf): number[] {
  const used = new Set<number>()
  const open: number[] = []
  const follow = (id: number) => {
    const words = wordsOf(btf, id)
    eachReference(words, 0, (at) => open.push(words[at] ?? 0))
  }
  for (let id = btf.firstId; id < btf.endId; id += 1) {
    follow(id)
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next >= btf.endId) btf.fail(id, `a type id below ${btf.endId}, not ${next}`)
      if (next === 0 || next >= btf.firstId || used.has(next)) continue
      used.add(next)
      if (noTypes.has(btf.kind(next))) btf.fail(id, `types of its base, not ${btf.kind(next)} "${btf.name(next)}"`)
      if (!isInBase(btf, next)) follow(next)
    }
  }
  return [...used].toSorted((left, right) => left - right)
}

const isInBase = (btf: Btf, id: number): boolean => inBase.has(kindOf(wordsOf(btf, id)[1] ?? 0)) && btf.name(id) !== ''

/** The words of a type without its members or constants. An enum of 64 bits is one of 8 bytes. */
function described(btf: Btf, id: number): Uint32Array {
  const words = wordsOf(btf, id).slice()
  const kind = kindOf(words[1] ?? 0)
  if (kind === KIND.INT || kind === KIND.FLOAT || kind === KIND.FWD) return words
  words[1] = makeInfo(kind === KIND.ENUM64 ? KIND.ENUM : kind)
  return words.subarray(0, headWords)
}
