import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { type Btf, BtfBuilder, type BtfType, parseBtf } from '../../../../src/btf/index.ts'
import { type BtfFeature, btfForAge, newerFeatures } from '../../../../src/loader/load/btf-for-age.ts'
import { anyType } from '../../../support/any-btf.ts'
import { suite } from '../../../support/needs.ts'

const test = suite('BTF for older kernels')

const tags: readonly BtfFeature[] = ['btf_decl_tag', 'btf_type_tag']
const all: readonly BtfFeature[] = ['btf_func', 'btf_func_linkage', 'btf_datasec', 'btf_question', 'btf_float', ...tags, 'btf_enum64']

/** What the types that `build` adds become where the features are lacking; ids are those of the builder. */
function aged(lacking: readonly BtfFeature[], build: (builder: BtfBuilder, int: number) => unknown): Btf {
  const builder = new BtfBuilder()
  build(builder, builder.int('int', 4, { signed: true }))
  return parseBtf(btfForAge(builder.build(), new Set(lacking)), { file: 'aged' })
}

const section = (name: string) => (builder: BtfBuilder, int: number) => {
  const first = builder.var('first', int)
  const second = builder.var('second', int, 0)
  builder.datasec(name, 8, [{ type: first, offset: 0, size: 4 }, { type: second, offset: 4, size: 4 }])
}

test('a kernel that lacks nothing gets the types as they are', () => {
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 20 }), (types) => {
      const builder = new BtfBuilder()
      for (const type of types) if (type.kind !== 'void') builder.add(type)
      const btf = builder.build()
      assert.equal(typesOf(parseBtf(btfForAge(btf, new Set()), { file: 'aged' })), typesOf(btf))
    }),
  )
})

test('whatever the types are, nothing is left that the kernel lacks, and ids and sizes stay', () => {
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 20 }), fc.subarray([...all]), (types, lacking) => {
      const builder = new BtfBuilder()
      for (const type of types) if (type.kind !== 'void') builder.add(type)
      const btf = builder.build()
      const after = parseBtf(btfForAge(btf, new Set(lacking)), { file: 'aged' })
      const implied = lacking.includes('btf_func') ? [...lacking, 'btf_func_linkage'] : lacking
      assert.equal([...newerFeatures(after)].filter((feature) => implied.includes(feature)), [])
      for (let id = btf.firstId; id < btf.endId; id += 1) {
        const [before, now] = [btf.type(id), after.type(id)]
        if (newerFeatures(only(before)).isDisjointFrom(new Set(lacking))) assert.equal(now, before)
        if (['float', 'enum', 'enum64', 'datasec'].includes(before.kind)) assert.is(sizeIn(now), sizeIn(before))
      }
    }),
    { numRuns: 300 },
  )
})

const typesOf = (btf: Btf): BtfType[] => Array.from({ length: btf.endId - btf.firstId }, (_, index) => btf.type(btf.firstId + index))
const only = (type: BtfType): Btf => {
  const builder = new BtfBuilder()
  if (type.kind !== 'void') builder.add(type)
  return builder.build()
}
const sizeIn = (type: BtfType): number | undefined => ('size' in type ? type.size : undefined)

test('a section whose name has a question mark gets another name (before 6.9)', () => {
  const btf = aged(['btf_question'], section('?.struct_ops'))
  const found = btf.type(btf.find('_.struct_ops', 'datasec') ?? 0)
  assert.ok(found.kind === 'datasec' && found.variables.length === 2)
  const other = aged(['btf_question'], section('.data'))
  assert.ok(other.find('.data', 'datasec'))
})

test('a section becomes a struct of its variables, which become bytes (before 5.2)', () => {
  const btf = aged(['btf_datasec', 'btf_question'], section('?.data.x'))
  const struct = btf.type(btf.find('__data_x', 'struct') ?? 0)
  assert.ok(struct.kind === 'struct')
  assert.equal(struct.members.map(({ name, bitOffset }) => [name, bitOffset]), [['first', 0], ['second', 32]])
  for (const { type } of struct.members) assert.is(btf.type(type).kind, 'int')
})

test('functions become static (before 5.6), or types of enums (before 5.0)', () => {
  const build = (builder: BtfBuilder, int: number) => builder.func('f', builder.funcProto(int, [{ name: '', type: int }]), 1)
  const linkage = aged(['btf_func_linkage'], build)
  const func = linkage.type(linkage.find('f', 'func') ?? 0)
  assert.is(func.kind === 'func' && func.linkage, 0)
  const none = aged(['btf_func', 'btf_func_linkage'], build)
  const alias = none.type(none.find('f', 'typedef') ?? 0)
  const prototype = none.type(alias.kind === 'typedef' ? alias.type : 0)
  assert.ok(prototype.kind === 'enum' && prototype.values.length === 1 && prototype.values[0]?.name !== '')
})

test('tags, floats and enums of 64 bits become what takes their place', () => {
  const btf = aged(['btf_float', 'btf_decl_tag', 'btf_type_tag', 'btf_enum64'], (builder, int) => {
    builder.float('double', 8)
    builder.declTag('tag', builder.typedef('t', int))
    builder.ptr(builder.typeTag('tag', int))
    builder.enum64('large', [{ name: 'A', value: 1n << 40n }, { name: 'B', value: 2n }])
    builder.enum('signed', [{ name: 'C', value: -1n }], { signed: true })
  })
  const kinds = typesOf(btf).map(({ kind }) => kind)
  assert.equal(kinds, ['int', 'struct', 'typedef', 'int', 'const', 'ptr', 'union', 'enum', 'int'])
  const union = btf.type(btf.find('large', 'union') ?? 0)
  assert.ok(union.kind === 'union' && union.size === 8)
  assert.equal(union.members.map(({ name, bitOffset }) => [name, bitOffset]), [['A', 0], ['B', 0]])
})

test.run()
