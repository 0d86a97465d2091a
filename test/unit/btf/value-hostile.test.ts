import * as assert from 'uvu/assert'
import { codecOf, formatValue, KIND, makeInfo } from '../../../src/btf/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { suite } from '../../support/needs.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('values of hostile types')

test('a bitfield of an integer that has an offset itself ends behind both', () => {
  const writer = new BtfWriter()
  // ABI: the encoding of an integer: 4 bits from the 28th on.
  const partial = writer.raw([writer.string('partial'), makeInfo(KIND.INT), 4, (28 << 16) | 4])
  const struct = writer.struct('s', [['a', partial, { bit: 5, bits: 7 }]], 5)
  const tooSmall = writer.struct('t', [['a', partial, { bit: 5, bits: 7 }]], 4)
  const btf = writer.parse()
  assert.equal(codecOf(btf, struct).decode(Uint8Array.of(0, 0, 0, 0, 0xff)), { a: 0x7f })
  assert.match(objectError(() => codecOf(btf, tooSmall)).expected, 'members inside its 4 bytes, unlike "a"')
})

test('a bitfield far beyond its struct is refused', () => {
  const writer = new BtfWriter()
  const char = writer.int('char', 1)
  const partial = writer.raw([writer.string('partial'), makeInfo(KIND.INT), 4, 4])
  const struct = writer.raw([writer.string('s'), makeInfo(KIND.STRUCT, 2), 8, 0, char, 0, writer.string('a'), partial, 0xe342_0f19])
  assert.match(objectError(() => codecOf(writer.parse(), struct)).expected, 'members inside its 8 bytes, unlike "a"')
})

test('a member that does not begin at a byte is refused', () => {
  const writer = new BtfWriter()
  const pointer = writer.ptr(0)
  const inner = writer.struct('', [['p', pointer]])
  const structs = [
    writer.struct('s', [['p', pointer, { bit: 3 }]], 16),
    writer.struct('t', [['', inner, { bit: 3 }]], 16),
  ]
  const btf = writer.parse()
  for (const id of structs) assert.match(objectError(() => codecOf(btf, id)).expected, 'at a whole byte, not at bit 3')
})

test('a variable may not be called as what JavaScript takes for the kind of an object', () => {
  const writer = new BtfWriter()
  const odd = writer.float('odd', 3)
  const section = (name: string) => writer.datasec('.data', [{ type: writer.var(name, odd), offset: 0, size: 3 }], 3)
  const [refused, taken] = [section('__proto__'), section('constructor')]
  const btf = writer.parse()
  assert.match(objectError(() => codecOf(btf, refused)).expected, 'other names than __proto__')
  assert.is(formatValue(codecOf(btf, taken).decode(Uint8Array.of(1, 2, 3))), '{ .constructor = [ 1, 2, 3 ] }')
})

test.run()
