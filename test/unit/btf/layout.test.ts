import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alignOf, type BtfMember, isBitfield, sizeOf } from '../../../src/btf/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('btf layout')

const writer = new BtfWriter()
const char = writer.int('char', 1)
const short = writer.int('short', 2, { signed: true })
const int = writer.int('int', 4, { signed: true })
const wide = writer.int('__int128', 16)
const pointer = writer.ptr(0)
const inner = writer.struct('inner', [['a', char], ['b', short]])
const outer = writer.struct('outer', [['a', char], ['in', inner], ['p', pointer]])
const either = writer.union('either', [['a', char], ['b', int]])
const proto = writer.proto(0)
const noSize = { void: 0, fwd: writer.fwd('f'), func_proto: proto, func: writer.func('f', proto) }

/** Each type with its size and alignment as a C compiler has them on x86-64. */
const cases: Record<string, [id: number, size: number, align: number]> = {
  int: [int, 4, 4],
  pointer: [pointer, 8, 8],
  __int128: [wide, 16, 8],
  'float of 4 bytes': [writer.float('float', 4), 4, 4],
  enum: [writer.enum('e', { A: 1 }), 4, 4],
  'enum of one byte': [writer.enum('e', { A: 1 }, { size: 1 }), 1, 1],
  enum64: [writer.enum64('e', { A: 1n }), 8, 8],
  struct: [inner, 4, 2],
  'struct in a struct': [outer, 16, 8],
  union: [either, 4, 4],
  'struct without members': [writer.struct('empty', []), 0, 1],
  array: [writer.array(short, 5), 10, 2],
  'array of arrays': [writer.array(writer.array(inner, 3), 2), 24, 2],
  'array of nothing': [writer.array(int, 0), 0, 4],
  'const typedef': [writer.const(writer.typedef('t', short)), 2, 2],
  variable: [writer.var('v', int), 4, 4],
}
const btf = writer.parse('layout.btf')

for (const [name, [id, size, align]] of Object.entries(cases)) {
  test(`${name}: ${size} bytes, aligned to ${align}`, () => {
    assert.is(sizeOf(btf, id), size)
    assert.is(alignOf(btf, id), align)
  })
}

for (const [name, id] of Object.entries(noSize)) {
  test(`${name} has no size`, () => {
    const error = objectError(() => sizeOf(btf, id))
    assert.is(error.path, `type[${id}]`)
    assert.match(error.expected, `a type with a size, not ${name}`)
  })
}

test('bitfields are told by their members, or in old BTF by their integers', () => {
  const old = new BtfWriter()
  const whole = old.int('int', 4)
  const member = (type: number, bitOffset: number, bitSize = 0): BtfMember => ({ name: 'm', type, bitOffset, bitSize })
  const narrow = old.int('int', 4, { bits: 3 })
  const struct = old.struct('s', [])
  const types = old.parse()
  assert.is(isBitfield(types, member(whole, 32)), false)
  assert.is(isBitfield(types, member(struct, 3)), false)
  assert.is(isBitfield(types, member(whole, 32, 5)), true)
  assert.is(isBitfield(types, member(narrow, 32)), true)
  assert.is(isBitfield(types, member(whole, 35)), true)
})

test('an array that claims more bytes than BTF can tell is refused', () => {
  const hostile = new BtfWriter()
  const element = hostile.int('int', 4)
  let array = element
  for (let depth = 0; depth < 31; depth += 1) array = hostile.array(array, 0xffff_ffff)
  const largest = hostile.array(hostile.int('char', 1), 0xffff_ffff)
  const pointers = hostile.array(hostile.ptr(0), 0x2000_0000)
  const types = hostile.parse()
  assert.is(sizeOf(types, largest), 0xffff_ffff)
  for (const id of [array, pointers]) assert.match(objectError(() => sizeOf(types, id)).expected, 'at most 4294967295 bytes')
})

test('types that contain themselves end', () => {
  const hostile = new BtfWriter()
  const array = hostile.array(hostile.ahead(), 2)
  const typedef = hostile.typedef('t', hostile.ahead())
  const first = hostile.const(hostile.ahead(1))
  hostile.volatile(first)
  const struct = hostile.struct('s', [['again', hostile.ahead()], ['and_again', hostile.ahead()]], 8)
  const types = hostile.parse()
  for (const id of [array, typedef, first]) objectError(() => sizeOf(types, id))
  assert.is(sizeOf(types, struct), 8)
  for (const id of [array, typedef, first, struct]) survives(() => alignOf(types, id), 50)
})

test('structs that each contain the next one twice are laid out in no time', () => {
  const hostile = new BtfWriter()
  let struct = hostile.int('int', 4)
  for (let depth = 0; depth < 60; depth += 1) struct = hostile.struct(`s${depth}`, [['a', struct], ['b', struct]], 8)
  const types = hostile.parse()
  assert.is(survives(() => alignOf(types, struct), 100), 4)
})

test.run()
