import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dumpC } from '../../../../src/btf/index.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'

const test = suite('names in btf as C')

const lines = (writer: BtfWriter) => dumpC(writer.parse()).split('\n').filter((line) => line !== '')

test('what is only declared goes by the name of its first definition', () => {
  const writer = new BtfWriter()
  const declared = writer.fwd('s')
  const int = writer.int('int', 4)
  writer.struct('s', [['a', int]])
  writer.struct('s', [['b', writer.ptr(declared)]])
  assert.equal(lines(writer), ['struct s;', 'struct s {', '\tint a;', '};', 'struct s___2 {', '\tstruct s *b;', '};'])
})

test('but not by that of another kind', () => {
  const writer = new BtfWriter()
  const declared = writer.fwd('s')
  const int = writer.int('int', 4)
  writer.union('s', [['a', int]])
  writer.enum('s', { A: 1 })
  writer.struct('user', [['b', writer.ptr(declared)]])
  assert.equal(lines(writer), [
    'struct s;',
    'union s___2 {',
    '\tint a;',
    '};',
    'enum s___3 {',
    '\tA = 1,',
    '};',
    'struct user {',
    '\tstruct s *b;',
    '};',
  ])
})

test.run()
