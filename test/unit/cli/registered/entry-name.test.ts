import * as assert from 'uvu/assert'
import { entryName } from '../../../../cli/registered/entry-name.ts'
import { memberValue } from '../../../../cli/output/member-value.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('names and values')

test('an algorithm is called by its name, or by its map when it has none', () => {
  assert.is(entryName({ name: 'bpf_dctcp', map: 'dctcp' }), 'bpf_dctcp')
  assert.is(entryName({ name: null, map: 'dummy' }), 'dummy')
})

test('a name cannot move the cursor', () => {
  assert.is(entryName({ name: 'a\u001B[2Jb\n', map: 'm' }), 'a?[2Jb?')
})

/** A member that the object's bytes fill. */
const value = (kind: string, ...bytes: number[]): string | null =>
  memberValue({ spec: { bytes: Uint8Array.from([0xff, ...bytes]) } }, { localOffset: 1, size: bytes.length, kind })

test('a value is shown as what it is', () => {
  assert.is(value('int', 2, 0, 0, 0), '2')
  assert.is(value('int', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), '18446744073709551615')
  assert.is(value('array', 0x61, 0x62, 0, 0), '"ab"')
  assert.is(value('array', 0x1b, 0x62, 0, 0), '4 bytes')
  assert.is(value('struct', 1, 2), '2 bytes')
})

test('what is all zero is not set', () => {
  assert.is(value('int', 0, 0, 0, 0), null)
  assert.is(value('ptr', 0, 0, 0, 0, 0, 0, 0, 0), null)
})

test.run()
