import type { Btf } from '../btf.ts'
import { eachName, eachReference, wordsOf } from '../references.ts'
import type { BtfBuilder } from './builder.ts'

/**
 * Adds a type of another BTF, with the ids that it is made of changed by `idOf`, and returns its new id. `words` are the
 * type's where it is to be added with others than its own; they are changed.
 */
export function copyType(btf: Btf, id: number, into: BtfBuilder, idOf: (id: number) => number, words: Uint32Array = wordsOf(btf, id).slice()): number {
  eachReference(words, 0, (at) => (words[at] = idOf(words[at] ?? 0)))
  eachName(words, 0, (at) => (words[at] = into.addString(btf.string(words[at] ?? 0, id))))
  return into.addWords(words)
}
