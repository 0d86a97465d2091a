import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { type Btf, BtfBuilder, dedupBtf, distillBase, encodeBtf, parseBtf, relocateBtf } from '../../../../src/btf/index.ts'
import { CcdkError } from '../../../../src/errors/index.ts'
import { anyType, writeType } from '../../../support/any-btf.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { suite } from '../../../support/needs.ts'
import { objectError, survives } from '../../../support/refusals.ts'
import { ownLines } from '../../../support/split-btf.ts'

const test = suite('split btf with a distilled base')

interface Kernel {
  /** The size of `struct held`. */
  held?: number
  /** Types that come before the others, so that all ids are others. */
  before?: (builder: BtfBuilder) => void
  after?: (builder: BtfBuilder) => void
}

/** A kernel's types, of some build. */
function kernel({ held = 8, before = () => {}, after = () => {} }: Kernel = {}): Btf {
  const builder = new BtfBuilder()
  before(builder)
  const int = builder.int('int', 4, { signed: true })
  builder.struct('held', held, [{ name: 'a', type: int, bitOffset: 0 }])
  builder.struct('pointed', held * 2, [{ name: 'a', type: int, bitOffset: 0 }])
  builder.enum('state', [{ name: 'ON', value: 1n }])
  builder.enum64('wide', [{ name: 'FAR', value: 1n << 40n }])
  builder.union('', 4, [{ name: 'b', type: int, bitOffset: 0 }])
  builder.struct('unused', 4, [])
  builder.fwd('far')
  builder.float('double', 8)
  after(builder)
  return builder.build('kernel')
}

/** A module's types on those of a kernel. */
function module(base: Btf): Btf {
  const builder = new BtfBuilder(base)
  const of = (name: string, kind: 'struct' | 'int' | 'enum' | 'enum64' | 'fwd' | 'float') => base.find(name, kind) ?? 0
  const anonymous = [...Array(base.endId).keys()].find((id) => base.kind(id) === 'union') ?? 0
  const types = [
    builder.typedef('held_t', of('held', 'struct')),
    builder.ptr(of('pointed', 'struct')),
    of('state', 'enum'),
    of('wide', 'enum64'),
    anonymous,
    builder.ptr(of('far', 'fwd')),
    of('double', 'float'),
  ]
  builder.struct('mine', 64, types.map((type, index) => ({ name: `m${index}`, type, bitOffset: index * 64 })))
  return builder.build('module')
}

test('a base says no more than what finds its types again', () => {
  const { base, split } = distillBase(module(kernel()))
  assert.equal(ownLines(base), [
    "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
    "[2] STRUCT 'held' size=8 vlen=0",
    "[3] STRUCT 'pointed' size=16 vlen=0",
    "[4] ENUM 'state' encoding=UNSIGNED size=4 vlen=0",
    "[5] ENUM 'wide' encoding=UNSIGNED size=8 vlen=0",
    "[6] FWD 'far' fwd_kind=struct",
    "[7] FLOAT 'double' size=8",
  ])
  assert.equal(ownLines(split), [
    "[8] TYPEDEF 'held_t' type_id=2",
    "[9] PTR '(anon)' type_id=3",
    "[10] PTR '(anon)' type_id=6",
    "[11] STRUCT 'mine' size=64 vlen=7 'm0' type_id=8 bits_offset=0 'm1' type_id=9 bits_offset=64 'm2' type_id=4 bits_offset=128 'm3' type_id=5 bits_offset=192 'm4' type_id=12 bits_offset=256 'm5' type_id=10 bits_offset=320 'm6' type_id=7 bits_offset=384",
    "[12] UNION '(anon)' size=4 vlen=1 'b' type_id=1 bits_offset=0",
  ])
  assert.throws(() => distillBase(kernel()), /only split BTF/)
})

test('finds its types again in another build, where they have other ids', () => {
  const other = kernel({ before: (builder) => void builder.struct('new', 4, []) })
  const { base, split } = distillBase(module(kernel()))
  // As a file's two sections are read.
  const read = parseBtf(encodeBtf(split), { file: 'module.ko', path: '.BTF', base: parseBtf(encodeBtf(base), { file: 'module.ko' }) })
  const there = relocateBtf(read, other)
  assert.equal(ownLines(dedupBtf(there).btf), ownLines(module(other)))
})

test('what is only pointed at may have grown; what is held may not', () => {
  const { split } = distillBase(module(kernel()))
  const error = objectError(() => relocateBtf(split, kernel({ held: 12 })))
  assert.is(error.path, 'type[2]')
  assert.is(error.expected, 'struct held of 8 bytes in kernel, where it has 12')

  const builder = new BtfBuilder(kernel())
  builder.ptr(kernel().find('held', 'struct') ?? 0)
  const grown = kernel({ held: 12 })
  const pointer = relocateBtf(distillBase(builder.build()).split, grown).type(grown.endId)
  assert.is('type' in pointer && grown.name(pointer.type), 'held')
})

test('of several types of one name it is the one of the same size', () => {
  const { split } = distillBase(module(kernel()))
  const two = kernel({ before: (builder) => void builder.struct('pointed', 24, []) })
  const mine = relocateBtf(split, two)
  assert.equal(ownLines(dedupBtf(mine).btf), ownLines(module(two)).map((line) => line.replace(`PTR '(anon)' type_id=1`, `PTR '(anon)' type_id=${two.find('held', 'struct') === 3 ? 4 : 0}`)))
  const same = kernel({ after: (builder) => void builder.struct('pointed', 16, []) })
  assert.match(objectError(() => relocateBtf(split, same)).expected, /one struct pointed of 16 bytes in kernel, but types \d+ and \d+ are both such/)
})

test('an enum that has grown to 64 bits keeps its place, and a declaration may have become a definition', () => {
  const { split } = distillBase(module(kernel()))
  const other = kernel({ after: (builder) => void builder.struct('far', 4, []) })
  const mine = relocateBtf(split, other)
  const pointers = ownLines(mine).filter((line) => line.includes(`PTR '(anon)' type_id=${other.endId - 1}`))
  assert.is(pointers.length, 1)
})

test('a type that the base lacks is named', () => {
  const { split } = distillBase(module(kernel()))
  const empty = new BtfBuilder().build('tiny')
  assert.is(objectError(() => relocateBtf(split, empty)).expected, 'int int of 4 bytes in tiny, which has none of this kind and name')
  const union = new BtfBuilder()
  union.int('int', 4, { signed: true })
  union.union('held', 8, [])
  assert.match(objectError(() => relocateBtf(split, union.build('tiny'))).expected, 'struct held of 8 bytes in tiny, which has none')
})

test('a base that was not distilled is refused', () => {
  assert.match(objectError(() => relocateBtf(module(kernel()), kernel())).expected, 'in a distilled base, not enum64')
  const anonymous = new BtfBuilder()
  anonymous.struct('', 4, [])
  const split = new BtfBuilder(anonymous.build()).build()
  assert.match(objectError(() => relocateBtf(split, kernel())).expected, 'a name')
})

test('any split types come back from being distilled, where each name is there once', () => {
  let done = 0
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 12 }), fc.array(anyType, { maxLength: 12 }), (below, above) => {
      const writer = new BtfWriter()
      for (const type of below) writeType(writer, type)
      const base = writer.parse()
      const top = new BtfWriter({ base })
      for (const type of above) writeType(top, type)
      const split = top.parse('split', base)
      const back = survives(() => relocateBtf(distillBase(split).split, base))
      if (back instanceof CcdkError) return
      done += 1
      const [before, after] = [survives(() => dedupBtf(split)), survives(() => dedupBtf(back))]
      if (before instanceof CcdkError || after instanceof CcdkError) return
      assert.equal(ownLines(after.btf), ownLines(before.btf))
    }),
    { numRuns: 2000 },
  )
  assert.ok(done > 100, `${done} came back`)
})

test.run()
