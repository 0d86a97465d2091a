import { styleText } from 'node:util'
import * as assert from 'uvu/assert'
import { table, width } from '../../../../cli/output/table.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('tables')

const red = (text: string): string => styleText('red', text, { validateStream: false })

test('columns are as wide as their widest cell, and nothing trails', () => {
  assert.is(
    table([
      ['a', 'bb', ''],
      ['ccc', 'd', ''],
    ]),
    'a    bb\nccc  d',
  )
})

test('columns can be set to the right', () => {
  assert.is(
    table(
      [
        ['name', 'n'],
        ['x', '10'],
      ],
      [1],
    ),
    'name   n\nx     10',
  )
})

test('colours take no room', () => {
  assert.is(width(red('abc')), 3)
  assert.is(
    table([
      [red('a'), 'b'],
      ['long', 'c'],
    ]),
    `${red('a')}     b\nlong  c`,
  )
})

test('rows may have fewer cells than others', () => {
  assert.is(table([['a'], ['b', 'c']]), 'a\nb  c')
  assert.is(table([]), '')
})

test.run()
