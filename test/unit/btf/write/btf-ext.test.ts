import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type BtfExtSection, encodeBtfExt, parseBtfExt } from '../../../../src/btf/index.ts'

const test = suite('writing .BTF.ext')

const word = fc.nat(0xffff_ffff)

/** Lists of records of one size, which is at least that of the kind. */
const anyList = (smallest: number): fc.Arbitrary<BtfExtSection[]> =>
  fc.integer({ min: smallest, max: smallest + 2 }).chain((width) =>
    fc.array(
      fc.record({ nameOffset: word, records: fc.array(fc.array(word, { minLength: width, maxLength: width }), { maxLength: 4 }) }).map(
        ({ nameOffset, records }) => ({ nameOffset, recordSize: width * 4, count: records.length, words: Uint32Array.from(records.flat()) }),
      ),
      { maxLength: 3 },
    ),
  )

test('the reader finds what was written, in either byte order', () => {
  const lists = { funcInfo: anyList(2), lineInfo: anyList(4), coreRelos: anyList(4) }
  const anyExt = fc.record(lists, { noNullPrototype: true })
  fc.assert(
    fc.property(anyExt, fc.boolean(), (ext, littleEndian) => {
      assert.equal(parseBtfExt(encodeBtfExt(ext, { littleEndian }), { file: 'x', path: '.BTF.ext', littleEndian }), ext)
    }),
    { numRuns: 300 },
  )
})

test('records of one list have one size', () => {
  const section = (recordSize: number) => ({ nameOffset: 0, recordSize, count: 0, words: new Uint32Array() })
  assert.throws(() => encodeBtfExt({ funcInfo: [section(8), section(12)], lineInfo: [], coreRelos: [] }), /one size/)
})

test.run()
