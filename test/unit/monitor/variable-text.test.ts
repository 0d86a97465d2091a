import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, codecOf, formatValue } from '../../../src/btf/index.ts'
import { variableText } from '../../../src/monitor/algorithms/variable-text.ts'
import { BtfWriter } from '../../support/btf-writer.ts'

const test = suite('a variable on one line')

/** All of it, cut. */
function whole(btf: Btf, type: number, bytes: Uint8Array): string {
  const text = formatValue(codecOf(btf, type).decode(bytes)).replaceAll(/\s+/g, ' ')
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

const writer = new BtfWriter()
const u32 = writer.int('unsigned int', 4)
const u8 = writer.int('unsigned char', 1)
const char = writer.int('char', 1)
const pair = writer.struct('pair', [['a', u32], ['b', u8]], 8)
const inner = writer.struct('', [['x', u32]])

/** Numbers that differ, and letters. */
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => 97 + (index % 7))

for (const [what, type, length] of [
  ['a number', u32, 4],
  ['numbers', writer.array(u32, 2000), 8000],
  ['bytes', writer.array(u8, 5000), 5000],
  ['structs', writer.array(pair, 1000), 8000],
  ['rows of numbers', writer.array(writer.array(u32, 2000), 3), 24_000],
  ['few long texts', writer.array(writer.array(char, 3000), 3), 9000],
  ['a long text', writer.array(char, 5000), 5000],
  ['a struct with a table', writer.struct('table', [['total', pair], ['cells', writer.array(u32, 3000)]]), 12_008],
] as const) {
  test(`${what}: the beginning is that of the whole`, () => {
    const [btf, bytes] = [writer.parse(), bytesOf(length)]
    assert.is(variableText(btf, type, bytes), whole(btf, type, bytes))
  })
}

test('of a table nobody reads to its end only the beginning is looked at', () => {
  const length = 2 ** 28
  const huge = writer.array(u8, length)
  const holder = writer.struct('holder', [['bits', u32, { bits: 3 }], ['', inner], ['table', huge]])
  const btf = writer.parse()
  assert.is(variableText(btf, huge, new Uint8Array(length)), `[${' 0,'.repeat(66)} …`)
  assert.match(variableText(btf, holder, new Uint8Array(length + 8)), /^\{ \.bits = …, \{ \.x = 0 \}, \.table = \[ 0, 0, 0/)
})

test.run()
