import { type Btf, BtfBuilder, rawText } from '../../src/btf/index.ts'
import { copyType } from '../../src/btf/write/copy.ts'

/** The types of a BTF as split BTF on a base that it does not use: as a module's are before they are deduplicated. */
export function splitOn(base: Btf, btf: Btf, file = 'split'): Btf {
  const builder = new BtfBuilder(base)
  const shift = builder.nextId - 1
  for (let id = 1; id < btf.endId; id += 1) copyType(btf, id, builder, (to) => (to === 0 ? 0 : to + shift))
  return builder.build(file)
}

/** A BTF's own types, each in a line. */
export const ownLines = (btf: Btf): string[] =>
  Array.from({ length: btf.endId - btf.firstId }, (_, index) => rawText(btf, btf.firstId + index).replaceAll('\n\t', ' '))
