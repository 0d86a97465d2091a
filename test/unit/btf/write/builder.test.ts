import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { type Btf, BtfBuilder, encodeBtf, parseBtf, sizeOf } from '../../../../src/btf/index.ts'
import { anyType, writeType } from '../../../support/any-btf.ts'
import { BtfWriter } from '../../../support/btf-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { thisKernelsBtf } from '../../../support/this-kernel.ts'

const test = suite('writing btf', [needs.structOps])

const types = (btf: Btf) => Array.from({ length: btf.endId - btf.firstId }, (_, index) => btf.type(btf.firstId + index))
const anyTypes = fc.array(anyType, { maxLength: 20 })

test('writes any types as they are read, in either byte order', () => {
  fc.assert(
    fc.property(anyTypes, fc.boolean(), (all, littleEndian) => {
      const builder = new BtfBuilder()
      const written = all.flatMap((type) => (type.kind === 'void' ? [] : [{ ...type, id: builder.add(type) }]))
      const btf = parseBtf(builder.encode({ littleEndian }), { file: 'x' })
      assert.is(btf.littleEndian, littleEndian)
      assert.equal(types(btf), written)
    }),
    { numRuns: 500 },
  )
})

test('writes the bytes that linux/btf.h describes', () => {
  fc.assert(
    fc.property(anyTypes, (all) => {
      const builder = new BtfBuilder()
      const writer = new BtfWriter()
      for (const type of all) {
        if (type.kind === 'void') continue
        builder.add(type)
        writeType(writer, type)
      }
      assert.equal(Buffer.from(builder.encode()), Buffer.from(writer.bytes()))
    }),
  )
})

test('writes split BTF on a base', () => {
  fc.assert(
    fc.property(anyTypes, anyTypes, (below, above) => {
      const add = (builder: BtfBuilder, all: typeof below) =>
        all.flatMap((type) => (type.kind === 'void' ? [] : [{ ...type, id: builder.add(type) }]))
      const first = new BtfBuilder()
      add(first, below)
      const base = first.build()
      const second = new BtfBuilder(base)
      const written = add(second, above)
      const btf = second.build('module')
      assert.is(btf.firstId, base.endId)
      assert.equal(types(btf), written)
      assert.equal(types(parseBtf(encodeBtf(btf), { file: 'module', base })), written)
    }),
  )
})

test("builds types that need each other, by methods of each kind's name", () => {
  const builder = new BtfBuilder()
  const int = builder.int('int', 4, { signed: true })
  const node = builder.nextId + 1
  const pointer = builder.ptr(node)
  builder.struct('node', 16, [
    { name: 'next', type: pointer, bitOffset: 0 },
    { name: 'flag', type: int, bitOffset: 64, bitSize: 1 },
  ])
  const array = builder.array(builder.const(pointer), 3, int)
  const prototype = builder.funcProto(builder.typedef('handle', pointer), [{ name: 'n', type: int }, { name: '', type: 0 }])
  const func = builder.func('walk', prototype)
  builder.declTag('kfunc', func)
  builder.datasec('.data', 24, [{ type: builder.var('nodes', array), offset: 0, size: 24 }])
  builder.union('u', 8, [{ name: 'f', type: builder.float('double', 8), bitOffset: 0 }])
  builder.enum('e', [{ name: 'A', value: 1n }, { name: 'B', value: -1n }], { signed: true })
  builder.enum64('w', [{ name: 'C', value: 1n << 63n }])
  builder.fwd('sock')
  builder.ptr(builder.typeTag('user', builder.volatile(builder.restrict(int))))
  const btf = builder.build()
  assert.is(sizeOf(btf, array), 24)
  assert.equal(btf.type(node), {
    kind: 'struct',
    id: node,
    name: 'node',
    size: 16,
    members: [
      { name: 'next', type: pointer, bitOffset: 0, bitSize: 0 },
      { name: 'flag', type: int, bitOffset: 64, bitSize: 1 },
    ],
  })
  assert.is(new Set(types(btf).map(({ kind }) => kind)).size, 19)
})

test('stores a string once', () => {
  const builder = new BtfBuilder()
  builder.int('name', 4)
  const before = builder.encode().length
  builder.typedef('name', 1)
  assert.is(builder.encode().length - before, 12)
})

test('replaces a type by one of its size, and refuses what there is no room for', () => {
  const builder = new BtfBuilder()
  const placeholder = builder.typedef('t', 0)
  builder.replace(placeholder, { kind: 'typedef', name: 't', type: builder.int('int', 4) })
  assert.equal(builder.build().type(placeholder), { kind: 'typedef', id: placeholder, name: 't', type: 2 })
  assert.throws(() => builder.replace(placeholder, { kind: 'var', name: 't', type: 2, linkage: 0 }), /no room/)
  assert.throws(() => builder.replace(99, { kind: 'ptr', name: '', type: 2 }), /no room/)
  const member = { name: 'm', type: 2, bitOffset: 0 }
  assert.throws(() => builder.struct('s', 4, Array.from({ length: 0x1_0000 }, () => member)), /65535/)
  assert.throws(() => builder.struct('s', 4, [{ ...member, bitOffset: 0x100_0000, bitSize: 1 }]), /bitfields/)
  assert.throws(() => builder.int('i\0j', 4), /zero byte/)
})

test("gives this kernel's BTF back, in either byte order", () => {
  const btf = thisKernelsBtf()
  const again = parseBtf(encodeBtf(btf), { file: 'again' })
  assert.ok(Buffer.from(again.words.buffer).length > 1_000_000)
  assert.equal(again.words.findIndex((word, at) => word !== btf.words[at]), -1)
  const swapped = parseBtf(encodeBtf(btf, { littleEndian: false }), { file: 'swapped' })
  assert.not(swapped.littleEndian)
  const builder = new BtfBuilder()
  for (let id = 1; id < btf.endId; id += 1) {
    const type = btf.type(id)
    if (type.kind !== 'void') builder.add(type)
  }
  const built = builder.build()
  for (const other of [swapped, built]) {
    assert.is(other.endId, btf.endId)
    // Member by member in hundreds of thousands of comparisons would take a minute.
    for (let id = 1; id < btf.endId; id += 7) {
      const left = JSON.stringify(other.type(id), bigints)
      const right = JSON.stringify(btf.type(id), bigints)
      if (left !== right) assert.is(left, right)
    }
  }
})

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

test.run()
