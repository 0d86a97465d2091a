import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countRanges } from '../../../src/kernel/facts/possible-cpus.ts'
import { parseSymbols } from '../../../src/kernel/facts/symbols.ts'

const test = suite('facts of the machine')

test('processors are counted from the ranges that the kernel lists', () => {
  for (const [text, count] of [['0\n', 1], ['0-1\n', 2], ['0-3,8-11,16\n', 9]] as const) assert.is(countRanges(text), count, text)
})

test('symbols are read with their addresses; of a name that comes twice the first counts', () => {
  const symbols = parseSymbols(
    [
      'ffffffff81000000 T _stext',
      'ffffffff81234560 t helper',
      'ffffffffc0000010 t helper\t[some_module]',
      '0000000000000000 A secret',
      'ffffffff82000000 d __x64_sys.part.0',
      '',
    ].join('\n'),
  )
  assert.equal(
    [...symbols],
    [
      ['_stext', 0xffffffff81000000n],
      ['helper', 0xffffffff81234560n],
      ['__x64_sys.part.0', 0xffffffff82000000n],
    ],
  )
})

test.run()
