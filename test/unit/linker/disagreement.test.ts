import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageError } from '../../../src/errors/index.ts'
import { linkObjects, type ObjectToLink } from '../../../src/linker/index.ts'
import { func, int, linkable, mapType, type TypeToWrite, variable } from '../../support/linkable.ts'
import { nothing } from '../../support/object-writer.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('objects that disagree')

const bytes = new Uint8Array(8)
const long: TypeToWrite = (types) => types.int('long', 8, { signed: true })
const taking =
  (...params: readonly TypeToWrite[]): TypeToWrite =>
  (types) =>
    types.proto(int(types), params.map((param) => param(types)))

const refusal = (...objects: readonly ObjectToLink[]) => objectError(() => linkObjects(objects))
const links = (...objects: readonly ObjectToLink[]) => assert.ok(linkObjects(objects).bytes.length > 0)

test('on the licence', () => {
  const error = refusal(linkable('a.o', []), linkable('b.o', [], { license: 'MIT' }))
  assert.is(error.file, 'b.o')
  assert.is(error.expected, 'the same license as in a.o, "GPL", not "MIT"')
})

test('on the byte order', () => {
  const error = refusal(linkable('a.o', []), linkable('b.o', [], { littleEndian: false }))
  assert.is(error.message, 'b.o: header: an object that is little-endian as a.o, not big-endian')
})

test('on what a section is', () => {
  const error = refusal(
    linkable('a.o', [variable('a', { bytes })]),
    linkable('b.o', [variable('b', { bytes })], { sectionFlags: { '.data': 2 } }),
  )
  assert.match(error.message, /^b\.o: section\[1\] "\.data": the same kind as in a\.o: type 1 and flags 3, not type 1 and flags 2$/v)
})

test('on who defines a name', () => {
  for (const one of [variable('twice', { bytes }), func('twice', { insns: nothing })]) {
    const error = refusal(linkable('a.o', [one]), linkable('b.o', [one]))
    assert.is(error.message, 'b.o: symbol "twice": one definition in all objects, but a.o has one too')
    assert.match(error.hint, '__weak')
  }
})

test('on the type of a variable', () => {
  const error = refusal(linkable('user.o', [variable('n', { type: long })]), linkable('b.o', [variable('n', { bytes })]))
  assert.is(error.message, 'user.o: symbol "n": the type that it has in b.o: "int n", not "long n"')
  // What C calls it does not matter, nor whether it has a sign or may be written.
  const unsigned: TypeToWrite = (types) => types.typedef('u32', types.const(types.int('unsigned int', 4)))
  links(linkable('user.o', [variable('n', { type: unsigned })]), linkable('b.o', [variable('n', { bytes })]))
  // An extern array may leave its length to the definition.
  const array =
    (length: number): TypeToWrite =>
    (types) =>
      types.array(int(types), length)
  const definition = linkable('b.o', [variable('n', { bytes, type: array(2) })])
  links(linkable('user.o', [variable('n', { type: array(0) })]), definition)
  refusal(linkable('user.o', [variable('n', { type: array(3) })]), definition)
})

test('on the members of a struct, but not behind a pointer', () => {
  const struct =
    (...members: readonly string[]): TypeToWrite =>
    (types) =>
      types.struct('pair', members.map((name) => [name, int(types)]))
  const using = (type: TypeToWrite) => linkable('user.o', [variable('n', { type })])
  const definition = linkable('b.o', [variable('n', { bytes, type: struct('x', 'y') })])
  links(using(struct('x', 'y')), definition)
  for (const other of [struct('x', 'z'), struct('x'), (types) => types.fwd('pair'), (types) => types.union('pair', [['x', int(types)]])] satisfies TypeToWrite[]) {
    assert.is(refusal(using(other), definition).file, 'user.o')
  }
  assert.match(refusal(using(struct('x', 'z')), definition).expected, 'the same members in its types')
  const pointer =
    (to: TypeToWrite): TypeToWrite =>
    (types) =>
      types.ptr(to(types))
  const pointing = linkable('b.o', [variable('n', { bytes, type: pointer(struct('x')) })])
  links(using(pointer(struct('x', 'y', 'z'))), pointing)
  links(using(pointer((types) => types.fwd('pair'))), pointing)
  refusal(using(pointer((types) => types.fwd('pair', { union: true }))), pointing)
  refusal(using(pointer((types) => types.struct('other', []))), pointing)
})

test('on the parameters of a function', () => {
  const definition = linkable('b.o', [func('f', { insns: nothing, type: taking(int, long) })])
  links(linkable('user.o', [func('f', { type: taking(int, long) })]), definition)
  for (const type of [taking(int), taking(long, int), taking(int, long, int)]) {
    assert.match(refusal(linkable('user.o', [func('f', { type })]), definition).expected, 'int f(int, long)')
  }
  assert.match(refusal(linkable('user.o', [variable('f')]), definition).expected, '"int f(int, long)", not "int f"')
})

test('on a map', () => {
  const one = linkable('b.o', [variable('m', { bytes, section: '.maps', type: mapType({ type: 2, max_entries: 8 }) })])
  const using = (type: TypeToWrite, section = '.maps') => linkable('user.o', [variable('m', { section, type })])
  assert.match(refusal(using(mapType({ type: 2, max_entries: 9 })), one).expected, 'the same map as in b.o, but their "max_entries" differs')
  assert.match(refusal(using(mapType({ type: 2, max_entries: 8, map_flags: 1 })), one).expected, '"map_flags"')
  assert.match(refusal(using(mapType({ type: 2, max_entries: 8 }, long)), one).expected, '"key_size"')
  const enumeration: TypeToWrite = (types) => types.enum('e', { A: 1 })
  assert.match(refusal(using(mapType({ type: 2, max_entries: 8 }, enumeration)), one).expected, '"key"')
  const extra = (value: bigint): TypeToWrite => (types) => types.struct('', [['map_extra', types.enum64('', { extra: value })]])
  const arena = linkable('b.o', [variable('m', { bytes, section: '.maps', type: extra(1n << 44n) })])
  assert.match(refusal(using(extra(1n << 45n)), arena).expected, 'the same map as in b.o, but their "map_extra" differs')
  assert.ok(linkObjects([using(extra(1n << 44n)), arena]).bytes.length > 0)
  assert.match(refusal(using(mapType({ type: 2, max_entries: 8 }), ''), one).expected, 'defined in .maps, not declared in no section')
})

test('on whether the kernel provides it', () => {
  const error = refusal(
    linkable('user.o', [func('f', { section: '.ksyms' })]),
    linkable('b.o', [func('f', { insns: nothing })]),
  )
  assert.is(error.message, 'user.o: symbol "f": it to be in the same place as in b.o: defined in .text, not declared in .ksyms')
  refusal(linkable('a.o', [variable('CONFIG_A', { section: '.kconfig' })]), linkable('b.o', [variable('CONFIG_A', { section: '.ksyms' })]))
})

test('on nothing, when one of them does not say what a name is', () => {
  const untyped = linkable('b.o', [variable('n', { bytes, untyped: true })])
  assert.match(refusal(linkable('user.o', [variable('n')]), untyped).expected, 'a type in the BTF of b.o')
})

test('there has to be an object', () => {
  assert.throws(() => linkObjects([]), (error: unknown) => error instanceof UsageError)
})

test.run()
