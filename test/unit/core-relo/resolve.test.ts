import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CORE } from '../../../src/core-relo/index.ts'
import type { BtfWriter } from '../../support/btf-writer.ts'
import { int, resolver, type Sides, type Types, u32, u64, value } from '../../support/core-sides.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('resolving co-re relocations')

/** struct sock { u32 a; u64 b } here; in the kernel b comes first, a is signed and of 8 bytes, and c is new. */
const moved: Sides = {
  local: (writer) => writer.struct('sock', [['a', u32(writer)], ['b', u64(writer)], ['gone', u32(writer)]]),
  kernel: (writer) => writer.struct('sock', [['c', u32(writer)], ['b', u64(writer)], ['a', writer.int('long', 8, { signed: true })]]),
}

test('the offset of a field that moved', () => {
  assert.equal(resolver(moved)(CORE.FIELD_BYTE_OFFSET, '0:1'), {
    kind: CORE.FIELD_BYTE_OFFSET,
    what: 'struct sock.b',
    original: 8n,
    value: 8n,
    resize: null,
    source: { file: 'kernel', type: 4 },
  })
  assert.equal(resolver(moved)(CORE.FIELD_BYTE_OFFSET, '0:0'), {
    kind: CORE.FIELD_BYTE_OFFSET,
    what: 'struct sock.a',
    original: 0n,
    value: 16n,
    resize: { from: 4, to: 8, safe: false },
    source: { file: 'kernel', type: 4 },
  })
})

test('what can be asked of a field', () => {
  const ask = resolver(moved)
  assert.equal([ask(CORE.FIELD_BYTE_SIZE, '0:0').original, ask(CORE.FIELD_BYTE_SIZE, '0:0').value], [4n, 8n])
  assert.equal([ask(CORE.FIELD_EXISTS, '0:0').original, ask(CORE.FIELD_EXISTS, '0:0').value], [1n, 1n])
  assert.equal([ask(CORE.FIELD_SIGNED, '0:0').original, ask(CORE.FIELD_SIGNED, '0:0').value], [0n, 1n])
  assert.equal([ask(CORE.FIELD_LSHIFT_U64, '0:0').original, ask(CORE.FIELD_LSHIFT_U64, '0:0').value], [32n, 0n])
  assert.equal([ask(CORE.FIELD_RSHIFT_U64, '0:0').original, ask(CORE.FIELD_RSHIFT_U64, '0:0').value], [32n, 0n])
})

test('a field that the kernel lacks does not exist, and has no other answer', () => {
  const ask = resolver(moved)
  assert.is(ask(CORE.FIELD_EXISTS, '0:2').value, 0n)
  for (const kind of [CORE.FIELD_BYTE_OFFSET, CORE.FIELD_BYTE_SIZE, CORE.FIELD_SIGNED, CORE.FIELD_LSHIFT_U64, CORE.FIELD_RSHIFT_U64]) {
    assert.is(ask(kind, '0:2').value, null)
  }
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:2').what, 'struct sock.gone')
})

test('a struct that the kernel lacks has no fields, no size and no id', () => {
  const ask = resolver({ ...moved, kernel: (writer) => writer.struct('other', []) })
  assert.is(ask(CORE.FIELD_EXISTS, '0:0').value, 0n)
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:0').value, null)
  assert.is(ask(CORE.TYPE_EXISTS).value, 0n)
  assert.is(ask(CORE.TYPE_SIZE).value, 0n)
  assert.is(ask(CORE.TYPE_MATCHES).value, 0n)
  assert.is(ask(CORE.TYPE_ID_TARGET).value, 0n)
})

test('what can be asked of a type', () => {
  const ask = resolver({
    local: (writer) => writer.struct('sock', [['a', int(writer)]]),
    kernel: (writer) => writer.struct('sock', [['b', u64(writer)], ['a', int(writer)]]),
  })
  assert.equal([ask(CORE.TYPE_EXISTS).original, ask(CORE.TYPE_EXISTS).value], [1n, 1n])
  assert.equal([ask(CORE.TYPE_SIZE).original, ask(CORE.TYPE_SIZE).value], [4n, 16n])
  assert.equal([ask(CORE.TYPE_ID_TARGET).original, ask(CORE.TYPE_ID_TARGET).value], [null, 3n])
  assert.equal([ask(CORE.TYPE_ID_LOCAL).original, ask(CORE.TYPE_ID_LOCAL).value], [null, 2n])
  assert.equal([ask(CORE.TYPE_MATCHES).original, ask(CORE.TYPE_MATCHES).value], [1n, 1n])
  assert.is(ask(CORE.TYPE_SIZE).what, 'struct sock')
})

test('the id of a local type needs no name', () => {
  const anonymous = { local: (writer: BtfWriter) => writer.struct('', [['a', int(writer)]]), kernel: int }
  assert.is(value(anonymous, CORE.TYPE_ID_LOCAL), 2n)
  assert.match(objectError(() => value(anonymous, CORE.TYPE_EXISTS)).expected, 'a name to look for in the kernel')
})

test('a field is found inside anonymous structs and unions, at any depth', () => {
  const local: Types = (writer) => writer.struct('sock', [['port', u32(writer)]])
  const kernel: Types = (writer) => {
    const innermost = writer.struct('', [['x', u32(writer)], ['port', u32(writer)]])
    const union = writer.union('', [['whole', u64(writer)], ['', innermost]])
    return writer.struct('sock', [['a', u64(writer)], ['', writer.struct('', [['y', u64(writer)], ['', union]])]])
  }
  assert.is(value({ local, kernel }, CORE.FIELD_BYTE_OFFSET, '0:0'), 20n)
})

test('a field inside an anonymous struct here is found outside of it there', () => {
  const local: Types = (writer) => {
    const inner = writer.struct('', [['x', u64(writer)], ['port', u32(writer)]])
    return writer.struct('sock', [['a', u32(writer)], ['', inner]])
  }
  const kernel: Types = (writer) => writer.struct('sock', [['port', u32(writer)]])
  const found = resolver({ local, kernel })(CORE.FIELD_BYTE_OFFSET, '0:1:1')
  assert.equal([found.what, found.original, found.value], ['struct sock.port', 16n, 0n])
})

test('a named struct in between must be there', () => {
  const local: Types = (writer) => writer.struct('sock', [['in', writer.struct('inner', [['port', u32(writer)]])]])
  const kernel = (name: string): Types => (writer) => {
    const inner = writer.struct('another', [['x', u64(writer)], ['port', u32(writer)]])
    return writer.struct('sock', [['a', u32(writer)], [name, inner]])
  }
  const found = resolver({ local, kernel: kernel('in') })(CORE.FIELD_BYTE_OFFSET, '0:0:0')
  assert.equal([found.what, found.value], ['struct sock.in.port', 16n])
  assert.is(value({ local, kernel: kernel('') }, CORE.FIELD_BYTE_OFFSET, '0:0:0'), null)
})

test('elements of arrays, of arrays of arrays, and of arrays of structs', () => {
  const types = (first: number, length: number): Types => (writer) => {
    const inner = writer.struct('sample', [['pad', writer.array(u32(writer), first)], ['v', u32(writer)]])
    const grid = writer.array(writer.array(u32(writer), length), 4)
    return writer.struct('sock', [['pad', writer.array(u32(writer), first)], ['s', writer.array(inner, length)], ['grid', grid]])
  }
  const ask = resolver({ local: types(1, 4), kernel: types(3, 8) })
  assert.equal([ask(CORE.FIELD_BYTE_OFFSET, '0:1:2:1').original, ask(CORE.FIELD_BYTE_OFFSET, '0:1:2:1').value], [24n, 56n])
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:1:2:1').what, 'struct sock.s[2].v')
  assert.is(ask(CORE.FIELD_BYTE_OFFSET, '0:2:1:2').value, BigInt(12 + 8 * 16 + 32 + 8))
  assert.is(ask(CORE.FIELD_BYTE_SIZE, '0:1:2').value, 16n)
  assert.is(ask(CORE.FIELD_BYTE_SIZE, '0:1').value, 128n)
  assert.is(ask(CORE.FIELD_EXISTS, '0:1:3').value, 1n)
  assert.match(objectError(() => ask(CORE.FIELD_SIGNED, '0:1:2')).expected, 'neither sign nor shifts')
})

test('an element beyond the end of the array of the kernel does not exist', () => {
  const types = (length: number): Types => (writer) =>
    writer.struct('sock', [['s', writer.array(u32(writer), length)], ['end', u32(writer)]])
  assert.is(value({ local: types(4), kernel: types(3) }, CORE.FIELD_EXISTS, '0:0:3'), 0n)
  assert.is(value({ local: types(4), kernel: types(3) }, CORE.FIELD_BYTE_OFFSET, '0:0:2'), 8n)
  assert.is(value({ local: types(4), kernel: (writer) => writer.struct('sock', [['s', u32(writer)]]) }, CORE.FIELD_EXISTS, '0:0:0'), 0n)
})

test('an array without a length at the end of its struct has every element', () => {
  const types = (length: number, ...after: 'after'[]): Types => (writer) =>
    writer.struct('sock', [
      ['n', u32(writer)],
      ['s', writer.array(u32(writer), length)],
      ...after.map((name) => [name, u32(writer)] as const),
    ])
  const ask = (local: Types, kernel: Types) => value({ local, kernel }, CORE.FIELD_BYTE_OFFSET, '0:1:7')
  assert.is(ask(types(8), types(0)), 32n)
  assert.is(ask(types(0), types(8)), 32n)
  assert.is(ask(types(0), types(0)), 32n)
  // One element is a length, and an array in the middle cannot grow.
  assert.is(ask(types(8), types(1)), null)
  assert.is(ask(types(8), types(0, 'after')), null)
  assert.match(objectError(() => ask(types(0, 'after'), types(8))).expected, 'one of the 0 elements')
  assert.match(objectError(() => ask(types(1), types(8))).expected, 'one of the 1 elements')
})

test('the first index counts whole structs', () => {
  assert.is(value(moved, CORE.FIELD_BYTE_OFFSET, '2:1'), BigInt(2 * 24 + 8))
  assert.is(resolver(moved)(CORE.FIELD_BYTE_OFFSET, '2:1').what, 'struct sock[2].b')
  assert.is(value(moved, CORE.FIELD_BYTE_OFFSET, '3'), 72n)
})

test('fields agree as far as they can be read alike', () => {
  const field = (pick: (writer: BtfWriter) => number): Types => (writer) => writer.struct('sock', [['f', pick(writer)]])
  const kinds: Record<string, (writer: BtfWriter) => number> = {
    int,
    u64,
    pointer: (writer) => writer.ptr(0),
    'pointer to a struct': (writer) => writer.ptr(writer.struct('other', [])),
    struct: (writer) => writer.struct('one', []),
    union: (writer) => writer.union('another', []),
    'enum e': (writer) => writer.enum('e', { A: 1 }),
    'enum64 e': (writer) => writer.enum64('e___64', { A: 1n }),
    'enum without a name': (writer) => writer.enum('', { A: 1 }),
    'enum f': (writer) => writer.enum('f', { A: 1 }),
    float: (writer) => writer.float('float', 4),
    double: (writer) => writer.float('double', 8),
    'array of ints': (writer) => writer.array(int(writer), 2),
    'array of pointers': (writer) => writer.array(writer.ptr(0), 3),
    'old bitfield': (writer) => writer.int('int', 4, { offset: 3, bits: 5 }),
  }
  const alike = [
    ['int', 'u64'],
    ['pointer', 'pointer to a struct'],
    ['struct', 'union'],
    ['enum e', 'enum64 e', 'enum without a name'],
    ['enum f', 'enum without a name'],
    ['float', 'double'],
    ['array of ints'],
    ['array of pointers'],
  ]
  for (const [one, ours] of Object.entries(kinds)) {
    for (const [other, theirs] of Object.entries(kinds)) {
      const expected = alike.some((group) => group.includes(one) && group.includes(other)) ? 1n : 0n
      const found = value({ local: field(ours), kernel: field(theirs) }, CORE.FIELD_EXISTS, '0:0')
      assert.is(found, expected, `${one} as ${other}`)
    }
  }
})

test('the size of a load may change where that changes nothing that is read', () => {
  const field = (pick: (writer: BtfWriter) => number): Types => (writer) => writer.struct('sock', [['f', pick(writer)]])
  const resize = (ours: (writer: BtfWriter) => number, theirs: (writer: BtfWriter) => number) =>
    resolver({ local: field(ours), kernel: field(theirs) })(CORE.FIELD_BYTE_OFFSET, '0:0').resize
  assert.equal(resize(u32, u64), { from: 4, to: 8, safe: true })
  assert.equal(resize(u64, u32), { from: 8, to: 4, safe: true })
  assert.equal(resize(int, u64), { from: 4, to: 8, safe: false })
  assert.equal(resize(u64, int), { from: 8, to: 4, safe: false })
  assert.equal(resize(int, u32), null)
  assert.equal(resize((writer) => writer.typedef('u32', u32(writer)), u64), { from: 4, to: 8, safe: true })
  // Of an array a load reads an element.
  const array = (element: (writer: BtfWriter) => number, length: number) => (writer: BtfWriter) => writer.array(element(writer), length)
  assert.equal(resize(array(u32, 4), array(u32, 8)), null)
  assert.equal(resize(array(u32, 4), array(u64, 4)), { from: 4, to: 8, safe: false })
})

test('an element of an array is read in its own size, also of an array of arrays', () => {
  const types = (length: number): Types => (writer) => writer.struct('sock', [['grid', writer.array(writer.array(u32(writer), length), 4)]])
  assert.is(resolver({ local: types(2), kernel: types(3) })(CORE.FIELD_BYTE_OFFSET, '0:0:1').resize, null)
})

test.run()
