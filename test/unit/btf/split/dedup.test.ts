/** Split BTF, deduplicated against its base: beside what libbpf makes of the same bytes. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type Btf, BtfBuilder, BtfSubset, concatBtf, dedupBtf, encodeBtf, parseBtf } from '../../../../src/btf/index.ts'
import { parseElf } from '../../../../src/elf/index.ts'
import { bytesAt, libbpf } from '../../../support/libbpf.ts'
import { needs, suite } from '../../../support/needs.ts'
import { ownLines, splitOn } from '../../../support/split-btf.ts'
import { temporaryDirectory } from '../../../support/tmp.ts'

const test = suite('split btf, stored once', [needs.libbpf])

const examples = join(import.meta.dirname, '../../../../src/cc-examples')

function typesOf(name: string): Btf {
  const section = parseElf(readFileSync(join(examples, `${name}.bpf.o`)), name).section('.BTF')
  return parseBtf(section?.data ?? new Uint8Array(), { file: name })
}

function deduplicatedByLibbpf(split: Btf): Btf {
  using directory = temporaryDirectory()
  const lib = libbpf()
  const { base } = split
  if (base === undefined) throw new Error('it is not split')
  const files = [base, split].map((btf, index) => {
    const file = join(directory.path, String(index))
    writeFileSync(file, encodeBtf(btf))
    return file
  })
  const theirBase = lib.parseBtf(files[0] ?? '')
  const theirs = lib.parseSplitBtf(files[1] ?? '', theirBase)
  assert.is(lib.dedupBtf(theirs, null), 0)
  const size = new Uint32Array(1)
  const bytes = bytesAt(lib.rawBtf(theirs, size), size[0] ?? 0)
  lib.freeBtf(theirs)
  lib.freeBtf(theirBase)
  return parseBtf(bytes, { file: 'libbpf', base })
}

for (const [base, other] of [['bpf_cubic', 'bpf_dctcp'], ['bpf_dctcp', 'bpf_cubic'], ['bpf_reno', 'bpf_cubic'], ['bpf_cubic', 'bpf_cubic']] as const) {
  test(`the types of ${other} on those of ${base}`, () => {
    const split = splitOn(dedupBtf(typesOf(base)).btf, typesOf(other))
    const { btf } = dedupBtf(split)
    assert.equal(ownLines(btf), ownLines(deduplicatedByLibbpf(split)))
    assert.ok(btf.endId - btf.firstId < (split.endId - split.firstId) / 2)
  })
}

test('what the base declares and the split types define', () => {
  const base = new BtfBuilder()
  const int = base.int('int', 4, { signed: true })
  base.struct('user', 8, [{ name: 'p', type: base.ptr(base.fwd('far')), bitOffset: 0 }])
  const whole = base.build('base')
  const builder = new BtfBuilder(whole)
  const far = builder.struct('far', 4, [{ name: 'a', type: int, bitOffset: 0 }])
  builder.struct('user', 8, [{ name: 'p', type: builder.ptr(far), bitOffset: 0 }])
  builder.var('v', builder.ptr(builder.fwd('far')))
  const split = builder.build('split')
  const { btf, ids } = dedupBtf(split)
  assert.equal(ownLines(btf), ownLines(deduplicatedByLibbpf(split)))
  assert.is(ids[far], whole.endId)
})

test('split types are put together on their base', () => {
  const base = typesOf('bpf_reno')
  const split = splitOn(base, typesOf('bpf_cubic'))
  const both = concatBtf([split, split])
  assert.is(both.base, base)
  assert.is(both.endId - base.endId, 2 * (split.endId - base.endId))
  const types = (btf: Btf) => ownLines(dedupBtf(btf).btf).filter((line) => !/VAR|DATASEC/.test(line))
  assert.equal(types(both), types(split))
  assert.throws(() => concatBtf([split, typesOf('bpf_cubic')]), /of one base/)
})

test('split types are chosen, and go on to use the whole base', () => {
  const below = new BtfBuilder()
  const int = below.int('int', 4, { signed: true })
  const pointer = below.ptr(below.struct('far', 4, []))
  const base = below.build('base')
  const above = new BtfBuilder(base)
  above.struct('other', 4, [{ name: 'a', type: int, bitOffset: 0 }])
  const number = above.typedef('number', int)
  const members = [number, pointer, above.ptr(number)].map((type, index) => ({ name: `m${index}`, type, bitOffset: index * 64 }))
  const mine = above.struct('mine', 24, members)
  const subset = new BtfSubset(above.build('split'))
  for (const index of [0, 1]) subset.keepMember(mine, index)
  assert.is(subset.size, 2)
  assert.equal(ownLines(parseBtf(subset.encode(), { file: 'chosen', base })), [
    "[4] TYPEDEF 'number' type_id=1",
    "[5] STRUCT 'mine' size=24 vlen=2 'm0' type_id=4 bits_offset=0 'm1' type_id=3 bits_offset=64",
  ])
})

test.run()
