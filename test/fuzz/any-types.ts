import { type Btf, BtfBuilder, KIND, makeInfo } from '../../src/btf/index.ts'
import type { Random } from './random.ts'

const kinds = Object.values(KIND).filter((kind) => kind !== KIND.VOID)
const names = ['', '', 'a', 'b', 'sock', 'sock___2', 'int', 'char', 'x', 'constructor', '__proto__']

/** Types of any kinds that refer to each other, each of which is well formed by itself. */
export function anyTypes(random: Random, base?: Btf): Btf {
  const builder = new BtfBuilder(base)
  const first = builder.nextId
  const count = 1 + random.below(40)
  if (base === undefined) {
    builder.int('int', 4, { signed: true })
    builder.int('char', 1)
  }
  const name = () => builder.addString(random.pick(names))
  // Mostly an earlier one, so that not every type is in a circle.
  const type = (): number => (random.once(8) ? random.below(first + count + 1) : random.below(builder.nextId))
  const some = () => random.below(5)
  const size = () => random.pick([1, 2, 4, 8, 16, 24, 64])
  const list = (length: number, words: () => number[]) => Array.from({ length }, words).flat()
  while (builder.nextId < first + count) {
    const kind = random.pick(kinds)
    const head = (third: number, length = 0, flag = false) => [name(), makeInfo(kind, length, flag), third]
    const length = some()
    switch (kind) {
      case KIND.INT: {
        const bytes = random.pick([1, 2, 4, 8, 16])
        builder.addWords([...head(bytes), (random.pick([0, 1, 4]) << 24) | (random.once(8) ? random.below(bytes * 8) : bytes * 8)])
        break
      }
      case KIND.FLOAT:
        builder.addWords(head(size()))
        break
      case KIND.ARRAY:
        builder.addWords([...head(0), type(), 1, some()])
        break
      case KIND.STRUCT:
      case KIND.UNION: {
        const flag = random.once(3)
        let bit = 0
        const members = list(length, () => {
          const place = kind === KIND.UNION ? 0 : bit
          bit += 8 * random.below(9)
          return [name(), type(), flag ? (random.below(33) << 24) | place : place]
        })
        builder.addWords([...head(bit / 8 + size(), length, flag), ...members])
        break
      }
      case KIND.ENUM:
        builder.addWords([...head(random.pick([1, 2, 4, 8]), length, random.once(2)), ...list(length, () => [name(), random.number()])])
        break
      case KIND.ENUM64:
        builder.addWords([...head(8, length, random.once(2)), ...list(length, () => [name(), random.number(), random.number()])])
        break
      case KIND.FUNC_PROTO:
        builder.addWords([...head(type(), length), ...list(length, () => [name(), type()])])
        break
      case KIND.DATASEC:
        builder.addWords([...head(size(), length), ...list(length, () => [type(), random.below(64), size()])])
        break
      case KIND.VAR:
      case KIND.DECL_TAG:
        builder.addWords([...head(type()), random.below(3)])
        break
      case KIND.FWD:
        builder.addWords(head(0, 0, random.once(2)))
        break
      default:
        builder.addWords(head(type()))
    }
  }
  return builder.build('any types')
}
