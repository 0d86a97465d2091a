import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE } from '../../../src/core-relo/index.ts'
import { resolver, type Types, value } from '../../support/core-sides.ts'

const test = suite('co-re enumerators')

test('enumerators are found by name, with the value of the kernel', () => {
  const local: Types = (writer) => writer.enum('state', { Open: 10, Loss___old: 40, Gone: 50 })
  const kernel: Types = (writer) => writer.enum('state___2', { Open: 0, Loss: 4 })
  const ask = resolver({ local, kernel })
  assert.equal([ask(CORE.ENUMVAL_VALUE, '1').original, ask(CORE.ENUMVAL_VALUE, '1').value], [40n, 4n])
  assert.is(ask(CORE.ENUMVAL_VALUE, '1').what, 'enum state::Loss___old')
  assert.equal([ask(CORE.ENUMVAL_EXISTS, '0').value, ask(CORE.ENUMVAL_EXISTS, '2').value], [1n, 0n])
  assert.is(ask(CORE.ENUMVAL_VALUE, '2').value, null)
})

test('an enum of 32 bits and one of 64 stand for each other', () => {
  const narrow: Types = (writer) => writer.enum('e', { A: -1, B: 7 }, { signed: true })
  const wide: Types = (writer) => writer.enum64('e', { A: -2n, B: 1n << 40n }, { signed: true })
  assert.is(value({ local: narrow, kernel: wide }, CORE.ENUMVAL_VALUE, '0'), -2n)
  assert.is(value({ local: narrow, kernel: wide }, CORE.ENUMVAL_VALUE, '1'), 1n << 40n)
  assert.is(value({ local: wide, kernel: narrow }, CORE.ENUMVAL_VALUE, '0'), -1n)
})

test('a negative enumerator of an old kernel, whose BTF does not say that it is signed', () => {
  const signed: Types = (writer) => writer.enum('e', { A: -5 }, { signed: true })
  const old: Types = (writer) => writer.enum('e', { A: -5 })
  assert.is(value({ local: signed, kernel: old }, CORE.ENUMVAL_VALUE, '0'), -5n)
  assert.is(value({ local: old, kernel: old }, CORE.ENUMVAL_VALUE, '0'), 0xffff_fffbn)
})

test.run()
