import type { Btf } from '../btf.ts'
import { BtfBuilder } from './builder.ts'
import { copyType } from './copy.ts'

/**
 * Puts the types of several BTFs behind each other in one, with their ids shifted. They are all split on one base, as the
 * outcome is then too, or none of them is.
 */
export function concatBtf(btfs: readonly Btf[], file = 'all together'): Btf {
  const base = btfs[0]?.base
  const builder = new BtfBuilder(base)
  for (const btf of btfs) {
    if (btf.base !== base) throw new RangeError('only BTF of one base can be put together')
    const shift = builder.nextId - btf.firstId
    for (let id = btf.firstId; id < btf.endId; id += 1) {
      copyType(btf, id, builder, (to) => {
        if (to >= btf.endId) btf.fail(id, `a type id below ${btf.endId}, not ${to}`)
        return to < btf.firstId ? to : to + shift
      })
    }
  }
  return builder.build(file)
}
