import * as assert from 'uvu/assert'
import { bitRate, byteCount, count, milliseconds } from '../../../../cli/output/units.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('units')

const rates: [number, string][] = [
  [0, '0 bit/s'],
  [-1, '0 bit/s'],
  [0.5, '0.50 bit/s'],
  [1, '1.00 bit/s'],
  [999, '999 bit/s'],
  [999.4, '999 bit/s'],
  [999.6, '1.00 kbit/s'],
  [9996, '10.0 kbit/s'],
  [12_345, '12.3 kbit/s'],
  [99_960, '100 kbit/s'],
  [999_999, '1.00 Mbit/s'],
  [35_300_000_000, '35.3 Gbit/s'],
  [2e18, '2000 Pbit/s'],
]

for (const [rate, text] of rates) {
  test(`${rate} bit/s is ${text}`, () => assert.is(bitRate(rate), text))
}

test('an amount of data has the same digits', () => assert.is(byteCount(13_321_371_648), '13.3 GB'))

test('a time is in ms, short ones to the microsecond', () => {
  assert.is(milliseconds(0.0714), '0.071 ms')
  assert.is(milliseconds(12.345), '12.3 ms')
})

test('a count has its plural and its commas', () => {
  assert.is(count(1, 'program'), '1 program')
  assert.is(count(0, 'map'), '0 maps')
  assert.is(count(1200, 'process'), '1,200 processes')
})

test.run()
