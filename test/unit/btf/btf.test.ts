import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, BtfEditor, essentialName, KIND, makeInfo, parseBtf } from '../../../src/btf/index.ts'
import { anyType, type TypeToWrite, writeType } from '../../support/any-btf.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError } from '../../support/refusals.ts'

const test = suite('btf')

function write(types: readonly TypeToWrite[], options: ConstructorParameters<typeof BtfWriter>[0] = {}): BtfWriter {
  const writer = new BtfWriter(options)
  for (const type of types) writeType(writer, type)
  return writer
}

/** Every type of a BTF itself, decoded. */
const typesOf = (btf: Btf) => Array.from({ length: btf.endId - btf.firstId }, (_, index) => btf.type(btf.firstId + index))

const withIds = (types: readonly TypeToWrite[], first = 1) => types.map((type, index) => ({ ...type, id: first + index }))

const manyTypes = fc.array(anyType, { maxLength: 30 })

test('types of all kinds are read back, in both byte orders', () => {
  fc.assert(
    fc.property(manyTypes, fc.boolean(), (types, littleEndian) => {
      const btf = write(types, { littleEndian }).parse()
      assert.is(btf.littleEndian, littleEndian)
      assert.equal(typesOf(btf), withIds(types))
      for (const type of withIds(types)) {
        assert.is(btf.kind(type.id), type.kind)
        assert.is(btf.name(type.id), type.name)
      }
    }),
    { numRuns: 300 },
  )
})

test('types are read back from bytes that stand at an odd place', () => {
  fc.assert(
    fc.property(manyTypes, fc.nat(7), (types, before) => {
      const bytes = write(types).bytes()
      const buffer = Buffer.concat([Buffer.alloc(before), bytes])
      assert.equal(typesOf(parseBtf(buffer.subarray(before), { file: 'f' })), withIds(types))
    }),
  )
})

test('types are found by name and kind, in the order of their ids', () => {
  fc.assert(
    fc.property(manyTypes, (types) => {
      const btf = write(types).parse()
      for (const name of new Set(types.map((type) => type.name))) {
        const expected = name === '' ? [] : withIds(types).filter((type) => type.name === name).map(({ id }) => id)
        assert.equal([...btf.named(name)], expected)
        assert.is(btf.find(name, 'struct', 'int'), expected.find((id) => ['struct', 'int'].includes(btf.kind(id))))
      }
      assert.equal([...btf.named('no such name')], [])
    }),
  )
})

test('split BTF goes on from its base in ids and strings', () => {
  fc.assert(
    fc.property(manyTypes, manyTypes, fc.boolean(), (first, second, littleEndian) => {
      const base = write(first, { littleEndian }).parse('vmlinux')
      const split = write(second, { littleEndian, base }).parse('module', base)
      assert.equal(typesOf(split), withIds(second, base.endId))
      for (const id of typesOf(base).keys()) assert.equal(split.type(id), base.type(id))
      for (const { name } of second) {
        const own = withIds(second, base.endId).filter((type) => type.name === name && name !== '')
        assert.equal([...split.named(name)], own.map(({ id }) => id))
      }
      for (const { name, kind } of withIds(first)) assert.ok(name === '' || split.find(name, kind) !== undefined)
    }),
  )
})

test('split BTF finds its own types under names that stand in the strings of its base, or of the base of that', () => {
  const first = new BtfWriter()
  const nameInFirst = first.string('shared')
  const base = first.parse()
  const middle = new BtfWriter({ base })
  const nameInMiddle = middle.string('also_shared')
  const second = middle.parse('middle', base)
  const last = new BtfWriter({ base: second })
  const struct = last.raw([nameInFirst, makeInfo(KIND.STRUCT), 8])
  const other = last.raw([nameInMiddle, makeInfo(KIND.STRUCT), 8])
  const split = last.parse('split', second)
  assert.is(split.find('shared', 'struct'), struct)
  assert.is(split.find('also_shared', 'struct'), other)
})

test('a flavour begins at the last three underscores between other letters', () => {
  const cases: Record<string, string> = {
    tcp_sock: 'tcp_sock',
    tcp_sock___old: 'tcp_sock',
    a___b___c: 'a___b',
    ___x: '___x',
    x___: 'x___',
    x____y: 'x____y',
    x___y_: 'x',
    'x___é': 'x',
    '': '',
  }
  for (const [name, expected] of Object.entries(cases)) assert.is(essentialName(name), expected)
})

test('flavours of a name are found with it, and nothing that only looks like one', () => {
  const writer = new BtfWriter()
  const names = ['s', 's___old', 't', 's____no', 's___', 's___a___b', 'st', '___s', 's___new', 'longer_than_a_prefix___x']
  for (const name of names) writer.struct(name, [])
  const btf = writer.parse()
  assert.equal(btf.namedEssentially('s'), [1, 2, 9])
  assert.equal(btf.namedEssentially('s___a'), [6])
  assert.equal(btf.namedEssentially('longer_than_a_prefix'), [10])
  assert.equal(btf.namedEssentially('no_such'), [])
})

test('names are found among tens of thousands that begin alike', () => {
  const writer = new BtfWriter()
  const count = 30_000
  for (let index = 0; index < count; index += 1) writer.struct(`trace_event_raw_${index}`, [])
  const flavour = writer.struct('trace_event_raw_7___v2', [])
  const btf = writer.parse()
  for (const index of [0, 1, 777, count - 1]) assert.is(btf.find(`trace_event_raw_${index}`, 'struct'), index + 1)
  assert.is(btf.find(`trace_event_raw_${count}`, 'struct'), undefined)
  assert.equal(btf.namedEssentially('trace_event_raw_7'), [8, flavour])
})

test('strings are found by a part of them, each once', () => {
  const writer = new BtfWriter()
  for (const text of ['bpf_struct_ops_a', 'x_bpf_struct_ops_b', 'other', 'bpf_struct_ops_bpf_struct_ops_']) writer.string(text)
  const found = writer.parse().namesContaining('bpf_struct_ops_')
  assert.equal([...found], ['bpf_struct_ops_a', 'x_bpf_struct_ops_b', 'bpf_struct_ops_bpf_struct_ops_'])
})

test('typedefs, qualifiers and tags are looked through', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4)
  const wrapped = writer.typedef('t', writer.const(writer.volatile(writer.restrict(writer.typeTag('rcu', int)))))
  const btf = writer.parse()
  assert.is(btf.resolve(wrapped), int)
  assert.is(btf.resolved(wrapped).kind, 'int')
  assert.is(btf.resolve(writer.ahead() - 1), int)
  assert.is(btf.resolve(0), 0)
})

test('what was edited and encoded reads as what was decoded', () => {
  fc.assert(
    fc.property(manyTypes, fc.boolean(), (types, littleEndian) => {
      const btf = write(types, { littleEndian }).parse()
      const again = parseBtf(new BtfEditor(btf).encode(), { file: 'again' })
      assert.ok(again.littleEndian)
      assert.equal(typesOf(again), withIds(types))
    }),
  )
})

test('split BTF is edited and encoded on the same base', () => {
  fc.assert(
    fc.property(manyTypes, manyTypes, (first, second) => {
      const base = write(first).parse()
      const editor = new BtfEditor(write(second, { base }).parse('split', base))
      const added = editor.addType(editor.addString('an added name'), makeInfo(KIND.FLOAT), 8)
      const again = parseBtf(editor.encode(), { file: 'again', base })
      assert.equal(typesOf(again).slice(0, -1), withIds(second, base.endId))
      assert.equal(again.type(added), { kind: 'float', id: added, name: 'an added name', size: 8 })
    }),
  )
})

test('an editor adds types and strings at the end and changes words', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4, { signed: true })
  const btf = writer.parse()
  const editor = new BtfEditor(btf)
  assert.is(editor.addString('long'), editor.addString('long'))
  const pointer = editor.addType(0, makeInfo(KIND.PTR), int)
  const second = editor.addType(editor.addString('d'), makeInfo(KIND.FLOAT), 8)
  assert.is(editor.get(int, 2), 4)
  editor.set(int, 0, editor.addString('long'))
  editor.set(int, 2, 8)
  const again = parseBtf(editor.encode(), { file: 'again' })
  assert.equal(
    typesOf(again).map(({ id, kind, name }) => [id, kind, name]),
    [[int, 'int', 'long'], [pointer, 'ptr', ''], [second, 'float', 'd']],
  )
  assert.is(btf.name(int), 'int')
  objectError(() => editor.set(2, 0, 0))
  objectError(() => editor.get(0, 0))
})

test.run()
