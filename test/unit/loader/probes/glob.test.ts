import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fitsPattern } from '../../../../src/loader/index.ts'

const test = suite('patterns of functions')

const cases: [pattern: string, fits: string[], not: string[]][] = [
  ['tcp_*', ['tcp_', 'tcp_v4_rcv'], ['tcp', 'mptcp_v4']],
  ['*', ['', 'a'], []],
  ['?', ['a'], ['', 'ab']],
  ['a*b*c', ['abc', 'aXbYc', 'abbcbc'], ['ab', 'abcd']],
  ['a?c', ['abc'], ['ac', 'abbc']],
  ['a.b', ['a.b'], ['axb']],
  ['', [''], ['a']],
  ['**', ['', 'xyz'], []],
]
for (const [pattern, fits, not] of cases) {
  test(`"${pattern}"`, () => {
    for (const name of fits) assert.ok(fitsPattern(name, pattern), name)
    for (const name of not) assert.not.ok(fitsPattern(name, pattern), name)
  })
}

test('fits what the same regular expression fits', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), text, (name, pattern) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      assert.is(fitsPattern(name, pattern), expression.test(name), `${name} ${pattern}`)
    }),
    { numRuns: 2000 },
  )
})

// Tried in all ways there would be 2^40 of them.
test('many stars do not take for ever', () => assert.not.ok(fitsPattern('a'.repeat(4000), `${'a*'.repeat(40)}b`)))

test.run()
