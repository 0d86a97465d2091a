import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nearestName } from '../../../src/btf-match/index.ts'
import { survives } from '../../support/refusals.ts'

const test = suite('nearest name')

const members = ['ssthresh', 'cong_avoid', 'set_state', 'min_tso_segs', 'tso_segs', 'undo_cwnd', 'name', 'key', 'flags']

const cases: [name: string, nearest: string | null][] = [
  ['min_tso_segz', 'min_tso_segs'],
  ['ssthres', 'ssthresh'],
  ['congavoid', 'cong_avoid'],
  ['cong_control', null],
  ['flag', 'flags'],
  ['kez', 'key'],
  ['kxx', null],
  ['ke', 'key'],
  ['entirely_other', null],
  ['', null],
  ['undo_cwnd', 'undo_cwnd'],
  ['my_undo_cwnd_of_mine', 'undo_cwnd'],
]
for (const [name, nearest] of cases) {
  test(`"${name}" is most like ${nearest ?? 'none of them'}`, () => {
    assert.is(nearestName(name, members), nearest)
  })
}

test('a name that is part of another is near to it, however much longer the other is', () => {
  // On one distribution's kernel min_tso_segs is called tso_segs.
  assert.is(nearestName('min_tso_segs', ['ssthresh', 'tso_segs']), 'tso_segs')
  assert.is(nearestName('tso_segs', ['ssthresh', 'min_tso_segs']), 'min_tso_segs')
  assert.is(nearestName('a', ['name_with_an_a']), null)
})

test('anonymous members are near to nothing', () => {
  assert.is(nearestName('name', ['']), null)
  assert.is(nearestName('name', []), null)
})

test('a name with one letter changed is found again', () => {
  const letter = fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz_'))
  const name = fc.array(letter, { minLength: 3, maxLength: 30 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(name, fc.nat(), letter, (original, where, other) => {
      const at = where % original.length
      const changed = original.slice(0, at) + other + original.slice(at + 1)
      assert.is(nearestName(changed, ['QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ', original, 'Q']), original)
    }),
  )
})

test('names longer than any real one are not compared', () => {
  const candidates = Array.from({ length: 50 }, (_, index) => `${'member'.repeat(500)}${index}`)
  survives(() => {
    for (let index = 0; index < 500; index += 1) nearestName(`${'rebmem'.repeat(500)}${index}`, candidates)
  })
})

test.run()
