import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE, typesAgree } from '../../../src/core-relo/index.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { int, type Types, u32, u64, value } from '../../support/core-sides.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('co-re: type matches and type exists')

const matches = (local: Types, kernel: Types) => value({ local, kernel }, CORE.TYPE_MATCHES) === 1n
const exists = (local: Types, kernel: Types) => value({ local, kernel }, CORE.TYPE_EXISTS) === 1n

/** A struct of one member. */
const holding = (member: (writer: BtfWriter) => number, name = 'm'): Types => (writer) => writer.struct('s', [[name, member(writer)]])

test('a struct matches one that has all its members, in any order', () => {
  const ours: Types = (writer) => writer.struct('s', [['a', int(writer)], ['b___old', u64(writer)]])
  const theirs: Types = (writer) => writer.struct('s___2', [['c', u64(writer)], ['b', u64(writer)], ['a', int(writer)]])
  assert.ok(matches(ours, theirs))
  assert.not.ok(matches(theirs, ours))
})

/** What two members are that match, or do not. */
const members: [title: string, ours: (writer: BtfWriter) => number, theirs: (writer: BtfWriter) => number, expected: boolean][] = [
  ['integers of one name, size and sign', u32, u32, true],
  ['integers of another size', (writer) => writer.int('i', 4), (writer) => writer.int('i', 8), false],
  ['integers of another sign', (writer) => writer.int('i', 4), (writer) => writer.int('i', 4, { signed: true }), false],
  ['an integer and an enum', (writer) => writer.int('i', 4), (writer) => writer.enum('i', {}), false],
  ['pointers to structs of one name', (w) => w.ptr(w.struct('x', [['a', u32(w)]])), (w) => w.ptr(w.struct('x', [])), true],
  ['pointers to structs of other names', (w) => w.ptr(w.struct('x', [])), (w) => w.ptr(w.struct('y', [])), false],
  ['pointers to a struct and a union', (w) => w.ptr(w.struct('x', [])), (w) => w.ptr(w.union('x', [])), false],
  ['pointers to a struct and a declaration', (w) => w.ptr(w.struct('x', [])), (w) => w.ptr(w.fwd('x')), true],
  ['pointers to a declaration and a struct', (w) => w.ptr(w.fwd('x')), (w) => w.ptr(w.struct('x', [])), true],
  ['pointers to a declared union and a struct', (w) => w.ptr(w.fwd('x', { union: true })), (w) => w.ptr(w.struct('x', [])), false],
  ['pointers to pointers', (w) => w.ptr(w.ptr(u32(w))), (w) => w.ptr(w.ptr(u32(w))), true],
  ['a pointer and a pointer to a pointer', (w) => w.ptr(u32(w)), (w) => w.ptr(w.ptr(u32(w))), false],
  ['void pointers', (w) => w.ptr(0), (w) => w.ptr(w.const(0)), true],
  ['arrays of one length', (w) => w.array(int(w), 3), (w) => w.array(int(w), 3), true],
  ['arrays of other lengths', (w) => w.array(int(w), 3), (w) => w.array(int(w), 4), false],
  ['structs with the same members', holding(int), holding(int), true],
  ['a struct with a member that is missing there', holding(int, 'n'), holding(int), false],
  ['enums with the same names', (w) => w.enum('e', { A: 1 }), (w) => w.enum('e', { B: 0, A: 9 }), true],
  ['enums with a name that is missing there', (w) => w.enum('e', { A: 1, C: 2 }), (w) => w.enum('e', { B: 0, A: 9 }), false],
  ['enums of other sizes', (w) => w.enum('e', { A: 1 }), (w) => w.enum64('e', { A: 1n }), false],
  ['an enum of 8 bytes and one of 64 bits', (w) => w.enum('e', { A: 1 }, { size: 8 }), (w) => w.enum64('e', { A: 1n }), true],
  ['functions', (w) => w.ptr(w.proto(0, [u32(w)])), (w) => w.ptr(w.proto(0, [['named', u32(w)]])), true],
  ['functions of more parameters', (w) => w.ptr(w.proto(0)), (w) => w.ptr(w.proto(0, [u32(w)])), false],
  ['functions with another result', (w) => w.ptr(w.proto(u32(w))), (w) => w.ptr(w.proto(0)), false],
]
for (const [title, ours, theirs, expected] of members) {
  test(`${title}: ${expected ? 'a match' : 'no match'}`, () => {
    assert.is(matches(holding(ours), holding(theirs)), expected)
  })
}

test('typedefs and qualifiers are looked through', () => {
  assert.ok(matches(holding(u32), holding((writer) => writer.typedef('u32', writer.const(u32(writer))))))
})

test('of members of one name any may match', () => {
  const theirs: Types = (writer) => writer.struct('s', [['m___1', u64(writer)], ['m___2', u32(writer)]])
  assert.ok(matches(holding(u32), theirs))
})

test('a type exists by its kind, whatever it holds', () => {
  assert.ok(exists(holding(int), (writer) => writer.struct('s', [])))
  assert.not.ok(exists(holding(int), (writer) => writer.union('s', [])))
  assert.ok(exists((writer) => writer.enum('e', { A: 1 }), (writer) => writer.enum64('e', {})))
  assert.ok(exists((writer) => writer.int('i', 4), (writer) => writer.int('i', 8)))
  assert.not.ok(exists((writer) => writer.fwd('s'), (writer) => writer.struct('s', [])))
})

test('typedefs of functions exist by their parameters', () => {
  const callback = (params: (writer: BtfWriter) => number[], result: (writer: BtfWriter) => number): Types => (writer) =>
    writer.typedef('f', writer.ptr(writer.proto(result(writer), params(writer))))
  const one = callback((w) => [w.ptr(w.struct('x', []))], int)
  assert.ok(exists(one, callback((w) => [w.ptr(w.struct('another', []))], u64)))
  assert.not.ok(exists(one, callback((w) => [int(w)], int)))
  assert.not.ok(exists(one, callback(() => [], int)))
  assert.not.ok(exists(one, callback((w) => [w.ptr(w.struct('x', []))], () => 0)))
})

test('functions of the kernel are compared by their prototypes', () => {
  const side = (types: Types) => {
    const writer = new BtfWriter()
    const id = types(writer)
    return { btf: writer.parse(), id }
  }
  const ours = side((w) => w.proto(u32(w), [['sk', w.ptr(w.struct('sock', []))]]))
  const theirs = side((w) => w.proto(u32(w), [w.ptr(w.const(w.struct('sock', [])))]))
  assert.ok(typesAgree(ours.btf, ours.id, theirs.btf, theirs.id))
  assert.not.ok(typesAgree(ours.btf, ours.id, theirs.btf, 0))
})

test('types that run in a circle are refused', () => {
  const circle: Types = (writer) => writer.typedef('t', writer.ptr(writer.ahead()))
  objectError(() => matches(circle, circle))
  objectError(() => exists(circle, circle))
  const inItself: Types = (writer) => writer.struct('s', [['again', writer.ahead()], ['twice', writer.ahead()]], 8)
  objectError(() => matches(inItself, inItself))
})

test('types that each refer twice to the next one are compared in no time', () => {
  const nested: Types = (writer) => {
    let id = int(writer)
    for (let depth = 0; depth < 30; depth += 1) id = writer.struct('s', [['a', id], ['b', id]], 8)
    return id
  }
  assert.ok(survives(() => matches(nested, nested), 200))
  const wide = 100
  const calls: Types = (writer) => {
    let id = int(writer)
    for (let depth = 0; depth < 15; depth += 1) id = writer.ptr(writer.proto(id, Array.from({ length: wide }, () => id)))
    return writer.typedef('t', id)
  }
  assert.ok(survives(() => matches(calls, calls), 200))
  assert.ok(survives(() => exists(calls, calls), 200))
})

test.run()
