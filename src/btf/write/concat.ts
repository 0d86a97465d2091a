import type { Btf } from '../btf.ts'
import { eachName, eachReference, wordsOf } from '../references.ts'
import { BtfBuilder } from './builder.ts'

/** Puts the types of several BTFs, none of them split, behind each other in one, with their ids shifted. */
export function concatBtf(btfs: readonly Btf[], file = 'all together'): Btf {
  const builder = new BtfBuilder()
  for (const btf of btfs) {
    if (btf.base !== undefined) throw new RangeError('only BTF that is not split can be put together')
    const shift = builder.nextId - 1
    for (let id = 1; id < btf.endId; id += 1) {
      const words = wordsOf(btf, id).slice()
      eachReference(words, 0, (at) => {
        const to = words[at] ?? 0
        if (to >= btf.endId) btf.fail(id, `a type id below ${btf.endId}, not ${to}`)
        if (to !== 0) words[at] = to + shift
      })
      eachName(words, 0, (at) => (words[at] = builder.addString(btf.string(words[at] ?? 0, id))))
      builder.addWords(words)
    }
  }
  return builder.build(file)
}
