import * as assert from 'uvu/assert'
import { toJson } from '../../../cli/output.ts'
import { addOne, addNames } from '../../../cli/shared-options.ts'
import { suite } from '../../support/needs.ts'

const test = suite('documents and options')

test('a document carries its version, u64 as strings, and never a NaN', () => {
  const document = { big: 18446744073709551615n, none: Number.NaN, far: Number.POSITIVE_INFINITY, deep: [{ id: 1n }] }
  assert.is(
    toJson(document),
    '{"schemaVersion":1,"big":"18446744073709551615","none":null,"far":null,"deep":[{"id":"1"}]}',
  )
})

test('names may be given together or one at a time', () => {
  assert.equal(addNames('a,b,'), ['a', 'b'])
  assert.equal(addNames('c', ['a', 'b']), ['a', 'b', 'c'])
  assert.equal(addOne('a,b', ['c']), ['c', 'a,b'])
})

test.run()
