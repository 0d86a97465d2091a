import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { SHF, STT } from '../../../../src/elf/index.ts'
import { type MapSpec, openObject } from '../../../../src/loader/index.ts'
import { BtfWriter, type MemberToWrite } from '../../../support/btf-writer.ts'
import { compileFixture } from '../../../support/compile.ts'
import type { RelocationToWrite, SymbolToWrite } from '../../../support/elf-writer.ts'
import { needs, suite } from '../../../support/needs.ts'
import { functions, writeObject } from '../../../support/object-writer.ts'
import { objectError } from '../../../support/refusals.ts'

const test = suite('map definitions', [needs.clang])

const flags = SHF.ALLOC | SHF.WRITE

/** Fields of a definition, as the macros of the headers declare them. */
function fieldsIn(types: BtfWriter) {
  const int = types.int('int', 4, { signed: true })
  return {
    types,
    int,
    u64: types.int('unsigned long', 8),
    number: (name: string, value: number): MemberToWrite => [name, types.ptr(types.array(int, value))],
    type: (name: string, id: number): MemberToWrite => [name, types.ptr(id)],
    values: (id: number): MemberToWrite => ['values', types.array(types.ptr(id), 0)],
  }
}
type Fields = (fields: ReturnType<typeof fieldsIn>) => MemberToWrite[]

interface More {
  size?: number
  relocations?: RelocationToWrite[]
  symbols?: SymbolToWrite[]
  datasec?: boolean
}

/** The maps of an object that defines `m`. */
function open(fields: Fields, { size = 64, relocations = [], symbols = [], datasec = true }: More = {}): readonly MapSpec[] {
  const tools = fieldsIn(new BtfWriter())
  const { types } = tools
  const variable = types.var('m', types.struct('', fields(tools)))
  if (datasec) types.datasec('.maps', [{ type: variable, offset: 0, size }], size)
  const program = functions([{ name: 'program', section: 'xdp' }])
  const parts = {
    sections: [{ name: '.maps', flags, data: new Uint8Array(size + 8), relocations }],
    symbols: [{ name: 'm', section: '.maps', size, type: STT.OBJECT }, ...symbols],
  }
  return openObject(writeObject(types, program, parts), 'cc.bpf.o').maps
}

function one(fields: Fields, more?: More): MapSpec {
  const [map] = open(fields, more)
  if (map === undefined) throw new Error('no map')
  return map
}

test('an object with maps of three kinds', async () => {
  const { maps, btf } = openObject(readFileSync(await compileFixture('maps')), 'maps.bpf.o')
  const defined = maps.filter(({ origin }) => origin === 'definition')
  assert.equal(
    defined.map((map) => [map.name, map.type, map.keySize, map.valueSize, map.maxEntries, map.flags]),
    [
      ['by_state', 1, 4, 8, 16, 0],
      ['counters', 2, 4, 8, 4, 0],
      ['sockets', 24, 4, 16, 0, 1],
    ],
  )
  assert.is(btf.name(defined[2]?.valueType ?? 0), 'per_socket')
})

test('every field says what it is called for', () => {
  const map = one(({ number, type, int, u64 }) => [
    number('type', 9),
    number('max_entries', 100),
    number('map_flags', 0x401),
    number('numa_node', 2),
    number('map_extra', 7),
    number('pinning', 1),
    type('key', int),
    type('value', u64),
  ])
  const { keyType, valueType, initial, slots, inner, ...facts } = map
  assert.equal(facts, {
    name: 'm',
    origin: 'definition',
    type: 9,
    maxEntries: 100,
    flags: 0x401,
    numaNode: 2,
    mapExtra: 7n,
    pinned: true,
    keySize: 4,
    valueSize: 8,
    autocreate: true,
  })
  assert.ok(keyType > 0 && valueType > 0)
  assert.equal([initial, slots, inner], [null, [], null])
})

test('sizes may be given as numbers, and in both ways if they agree', () => {
  const map = one(({ number, type, int }) => [number('key_size', 4), number('value_size', 300), type('key', int)])
  assert.equal([map.keySize, map.valueSize], [4, 300])
})

test('a map of maps has an inner one', () => {
  const map = one(({ types, number, values }) => [
    number('type', 12),
    values(types.struct('', [number('type', 2), number('key_size', 4), number('value_size', 8), number('max_entries', 3)])),
  ])
  assert.is(map.valueSize, 4)
  assert.equal(map.inner && [map.inner.name, map.inner.type, map.inner.valueSize, map.inner.maxEntries], ['m.inner', 2, 8, 3])
})

test('a map of maps or programs is filled where its definition says so', () => {
  const programs: Fields = ({ types, number, values }) => [number('type', 3), values(types.proto(0))]
  const relocations = [{ offset: 8, symbol: 'program' }, { offset: 24, symbol: 'program' }]
  assert.equal(one(programs, { relocations }).slots, [
    { index: 0, kind: 'program', name: 'program' },
    { index: 2, kind: 'program', name: 'program' },
  ])
  const maps: Fields = ({ types, number, values }) => [number('type', 12), values(types.struct('', [number('type', 2)]))]
  assert.equal(one(maps, { relocations: [{ offset: 16, symbol: 'm' }] }).slots, [{ index: 1, kind: 'map', name: 'm' }])
})

const bad: [title: string, fields: Fields, path: string, expected: string][] = [
  ['an unknown field', ({ number }) => [number('colour', 1)], '.maps/m/colour', 'a field of a map definition'],
  ['a number that is none', ({ int }) => [['type', int]], '.maps/m/type', 'a number, as __uint'],
  ['a type that is none', ({ int }) => [['key', int]], '.maps/m/key', 'a type, as __type'],
  ['a type without a size', ({ type }) => [type('value', 0)], '.BTF/type[0]', 'a type with a size'],
  ['two sizes', ({ number, type, int }) => [number('key_size', 8), type('key', int)], '.maps/m/keySize', 'one size, not both 8 and 4'],
  ['a way of pinning that nobody knows', ({ number }) => [number('pinning', 2)], '.maps/m/pinning', 'LIBBPF_PIN_BY_NAME (1), not 2'],
  ['values of numbers', ({ types, int }) => [['values', types.array(types.ptr(int), 0)]], '.maps/m/values', 'an array of inner maps or programs'],
  [
    'maps of maps of maps',
    ({ types, values }) => [values(types.struct('', [values(types.struct('', []))]))],
    '.maps/m/values',
    'inner maps that hold no maps themselves',
  ],
]
for (const [title, fields, path, expected] of bad) {
  test(`a definition with ${title} is refused`, () => {
    const error = objectError(() => open(fields))
    assert.is(error.path, path)
    assert.match(error.expected, expected)
  })
}

test('values are refused in maps that hold neither maps nor programs', () => {
  const of = (type: number, what: 'maps' | 'programs') =>
    objectError(() => one(({ types, number, values }) => [number('type', type), values(what === 'programs' ? types.proto(0) : types.struct('inner', [number('type', 2)]))]))
  assert.match(of(1, 'maps').message, '.maps/m/values: no maps, which a map of type 1 cannot hold')
  assert.match(of(12, 'programs').message, 'no programs, which a map of type 12 cannot hold')
  assert.match(of(3, 'maps').message, 'no maps, which a map of type 3 cannot hold')
})

test('pointers that stand beside the values, or mean neither map nor program, are refused', () => {
  const programs: Fields = ({ types, number, values }) => [number('type', 3), values(types.proto(0))]
  const refused = (offset: number, symbol: string) => objectError(() => open(programs, { relocations: [{ offset, symbol }], symbols }))
  const symbols = [{ name: 'license', section: '.BTF', type: STT.OBJECT }]
  assert.match(refused(0, 'program').message, '.maps/m+0: pointers only in the array "values"')
  assert.match(refused(12, 'program').message, '.maps/m+12')
  assert.match(refused(16, 'license').message, '.maps/m/values[1]: a map or a program, not "license" of .BTF')
})

test('maps that share bytes are refused', () => {
  const symbols = (value: number) => [{ name: 'n', section: '.maps', value, size: 8, type: STT.OBJECT }]
  assert.match(objectError(() => open(({ number }) => [number('type', 1)], { symbols: symbols(56) })).message, '.maps/n: bytes of its own')
})

test('a shared map cannot lead out of the directory of its pin by its name', () => {
  for (const name of ['../other', '..', '.', 'a/b', '', 'a\nb']) {
    const tools = fieldsIn(new BtfWriter())
    const { types, number } = tools
    const variable = types.var(name, types.struct('', [number('type', 1), number('pinning', 1)]))
    types.datasec('.maps', [{ type: variable, offset: 0, size: 16 }], 16)
    const sections = [{ name: '.maps', flags, data: new Uint8Array(16) }]
    const bytes = writeObject(types, { sections, symbols: [{ name, section: '.maps', size: 16, type: STT.OBJECT }] })
    objectError(() => openObject(bytes, 'cc.bpf.o'))
  }
})

test('maps without types are refused', () => {
  assert.match(objectError(() => open(() => [], { datasec: false })).message, '.maps: BTF that describes the section')
  const symbols = [{ name: 'unknown', section: '.maps', value: 64, type: STT.OBJECT }]
  assert.match(objectError(() => open(() => [], { symbols })).message, '.maps/unknown: a variable whose type is a struct')
})

test('the old section "maps" is refused, and the hint says how to write them now', () => {
  const old = { sections: [{ name: 'maps', flags, data: new Uint8Array(20) }] }
  const error = objectError(() => openObject(writeObject(new BtfWriter(), old), 'cc.bpf.o'))
  assert.is(error.path, 'maps')
  assert.match(error.hint, 'SEC(".maps")')
})

test('variables of an arena: one arena has them, and without it or with two they have no place', () => {
  const arenas = (count: number) => {
    const { types, number, int } = fieldsIn(new BtfWriter())
    const names = Array.from({ length: count }, (_, at) => `arena${at}`)
    const variables = names.map((name) => types.var(name, types.struct('', [number('type', 33), number('max_entries', 2)])))
    types.datasec('.maps', variables.map((type, at) => ({ type, offset: at * 16, size: 16 })), 32)
    types.datasec('.addr_space.1', [{ type: types.var('counter', int), offset: 0, size: 4 }], 4)
    const insns = [[0x18, 1], [0], [0x95]] as const
    const program = functions([{ name: 'program', section: 'xdp', insns, relocations: [{ at: 0, symbol: 'counter' }] }])
    const sections = [
      { name: '.maps', flags, data: new Uint8Array(32) },
      { name: '.addr_space.1', flags, data: Uint8Array.of(0, 0, 0, 0, 5, 0, 0, 0) },
    ]
    const symbols = names.map((name, at) => ({ name, section: '.maps', value: at * 16, size: 16, type: STT.OBJECT }))
    const counter = { name: 'counter', section: '.addr_space.1', value: 4, size: 4, type: STT.OBJECT }
    return openObject(writeObject(types, program, { sections, symbols: [...symbols, counter] }), 'cc.bpf.o')
  }
  const object = arenas(1)
  assert.equal(object.maps.map(({ name, initial }) => [name, initial]), [['arena0', Uint8Array.of(0, 0, 0, 0, 5, 0, 0, 0)]])
  assert.equal(object.functions[0]?.references, [{ kind: 'data', at: 0, map: 'arena0', offset: 4 }])
  assert.match(objectError(() => arenas(0)).message, /\.addr_space\.1: one map of type BPF_MAP_TYPE_ARENA .* of 8 bytes, but the object has none/)
  assert.match(objectError(() => arenas(2)).message, /but the object has several/)
})

test.run()
