import * as assert from 'uvu/assert'
import { harmless } from '../../../../cli/output/harmless.ts'
import { toJson } from '../../../../cli/output/output.ts'
import { addOne, addNames } from '../../../../cli/options/shared-options.ts'
import { suite } from '../../../support/needs.ts'

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

test('what is shown does nothing to a terminal but to colour it', () => {
  assert.is(harmless('\u001B[31mred\u001B[0m\tand\nmore'), '\u001B[31mred\u001B[0m\tand\nmore')
  assert.is(harmless('a\u001B[2Jb\u0007\u009B1mc\u0007[1m\rd\u001B]0;title'), 'a?[2Jb??1mc?[1m?d?]0;title')
})

test.run()
