import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, parseBtf } from '../../../src/btf/index.ts'
import { type ElfFile, parseElf, SHN, STB, STV } from '../../../src/elf/index.ts'
import { linkObjects, type ObjectToLink } from '../../../src/linker/index.ts'
import { openObject } from '../../../src/loader/index.ts'
import { func, linkable, mapType, noParameters, userOfAll, variable } from '../../support/linkable.ts'
import { nothing, OP } from '../../support/object-writer.ts'

const test = suite('linking')

const bytesOf = (...bytes: readonly number[]) => Uint8Array.from(bytes)
const word = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)

interface Linked {
  elf: ElfFile
  btf: Btf
  result: ReturnType<typeof linkObjects>
}

function link(...objects: readonly ObjectToLink[]): Linked {
  const result = linkObjects(objects)
  const elf = parseElf(result.bytes, 'linked.o')
  const types = elf.section('.BTF')
  if (types === undefined) throw new Error('no types')
  return { elf, btf: parseBtf(types.data, { file: 'linked.o', path: '.BTF' }), result }
}

const contents = (elf: ElfFile, name: string) => [...(elf.section(name)?.data ?? [])]

/** Where a symbol stands, as `.data+4`. */
function places(elf: ElfFile, name: string): string[] {
  const found = elf.symbols.filter((symbol) => symbol.name === name)
  return found.map(({ section, value }) => (section === SHN.UNDEF ? 'undefined' : `${elf.sections[section]?.name}+${value}`))
}

function variables(btf: Btf, section: string): string[] {
  const datasec = btf.type(btf.find(section, 'datasec') ?? 0)
  if (datasec.kind !== 'datasec') return []
  return datasec.variables.map(({ type, offset, size }) => `${btf.name(type)} ${offset} ${size}`)
}

test('puts sections of one name behind each other, each as it has to be aligned', () => {
  const { elf, btf } = link(
    linkable('a.o', [variable('a', { bytes: bytesOf(1, 2, 3) }), variable('z', { bytes: bytesOf(0, 0), section: '.bss' })]),
    linkable('b.o', [variable('b', { bytes: word(4) }), variable('y', { bytes: word(0), section: '.bss' })], { align: 4 }),
  )
  assert.equal(contents(elf, '.data'), [1, 2, 3, 0, 4, 0, 0, 0])
  assert.is(elf.section('.data')?.align, 4)
  assert.equal(['a', 'b', 'z', 'y'].flatMap((name) => places(elf, name)), ['.data+0', '.data+4', '.bss+0', '.bss+4'])
  assert.is(elf.section('.bss')?.size, 8)
  assert.equal(variables(btf, '.data'), ['a 0 3', 'b 4 4'])
  assert.equal(variables(btf, '.bss'), ['z 0 2', 'y 4 4'])
})

test('static variables and functions of one name stay apart, with what refers to them by their section', () => {
  const one = (file: string, value: number) =>
    linkable(file, [
      variable('local', { bytes: word(value), static: true }),
      func('helper', { insns: nothing, static: true }),
      func(`main_${value}`, {
        section: 'socket',
        insns: [[OP.LD_IMM64], [0], [OP.CALL, 0, 1, 0, -1], [OP.EXIT]],
        relocations: [
          { at: 0, symbol: '.data itself' },
          { at: 2, symbol: '.text itself', type: 10 },
        ],
      }),
    ])
  const { elf, btf, result } = link(one('a.o', 1), one('b.o', 2))
  assert.equal(places(elf, 'local'), ['.data+0', '.data+4'])
  assert.equal(places(elf, 'helper'), ['.text+0', '.text+16'])
  assert.equal(variables(btf, '.data'), ['local 0 4', 'local 4 4'])
  const object = openObject(result.bytes, 'linked.o')
  const references = object.programs.map(({ name, code }) =>
    code.references.map((reference) => {
      if (reference.kind === 'call') return `${name} calls ${reference.callee.section}+${reference.callee.offset}`
      return reference.kind === 'data' ? `${name} loads +${reference.offset}` : reference.kind
    }),
  )
  assert.equal(references, [
    ['main_1 loads +0', 'main_1 calls .text+0'],
    ['main_2 loads +4', 'main_2 calls .text+16'],
  ])
})

test('what one object declares is what another defines: functions, variables, maps', () => {
  const user = linkable('user.o', userOfAll)
  const library = linkable('library.o', [
    func('first', { insns: nothing }),
    func('work', { insns: nothing }),
    variable('other', { bytes: word(1) }),
    variable('number', { bytes: word(2) }),
    // The order of its fields is another one.
    variable('table', { bytes: new Uint8Array(32), section: '.maps', type: mapType({ type: 2, max_entries: 8 }) }),
  ])
  for (const objects of [[user, library], [library, user]]) {
    const { elf, btf, result } = link(...objects)
    assert.equal([result.unresolved, result.overridden], [[], []])
    assert.equal(['number', 'work', 'table'].flatMap((name) => places(elf, name)), ['.data+4', '.text+16', '.maps+0'])
    // Each is described once, as its definition is.
    for (const name of ['number', 'work', 'table']) {
      const described = [...btf.named(name)].map((id) => btf.type(id))
      assert.equal(described.map((type) => 'linkage' in type && type.linkage), [1], name)
    }
    assert.equal(variables(btf, '.maps'), ['table 0 32'])
    const [main] = openObject(result.bytes, 'linked.o').programs
    const found = main?.code.references.map((reference) => {
      if (reference.kind === 'call') return reference.callee.name
      return 'map' in reference ? `${reference.map}+${'offset' in reference ? reference.offset : ''}` : ''
    })
    assert.equal(found, ['linked.data+4', 'table+', 'work'])
  }
})

test('a definition counts more than a weak one, and of weak ones the first', () => {
  const object = (file: string, value: number, weak: boolean) =>
    linkable(file, [
      variable('number', { bytes: word(value), weak }),
      func('work', { insns: [[OP.MOV_IMM, 0, 0, 0, value], [OP.EXIT]], weak, relocations: [] }),
    ])
  const found = (...objects: readonly ObjectToLink[]) => {
    const { elf, btf, result } = link(...objects)
    assert.equal(variables(btf, '.data').length, 1)
    return [...places(elf, 'number'), ...places(elf, 'work'), ...result.overridden.map(({ name, file, by }) => `${name} ${file} ${by}`)]
  }
  const [first, second, strong] = [object('1.o', 1, true), object('2.o', 2, true), object('s.o', 3, false)]
  assert.equal(found(first, second), ['.data+0', '.text+0', 'number 2.o 1.o', 'work 2.o 1.o'])
  assert.equal(found(first, strong), ['.data+4', '.text+16', 'number 1.o s.o', 'work 1.o s.o'])
  assert.equal(found(strong, first), ['.data+0', '.text+0', 'number 1.o s.o', 'work 1.o s.o'])
  assert.is(found(first, second, strong).length, 6)
})

test('what a weak definition that gives way refers to is not looked at', () => {
  const weak = linkable('weak.o', [
    func('work', { weak: true, insns: [[OP.LD_IMM64], [0], [OP.EXIT]], relocations: [{ at: 0, symbol: 'missing' }] }),
    variable('missing'),
  ])
  const strong = linkable('strong.o', [func('work', { insns: nothing }), func('main', { section: 'socket', insns: nothing })])
  const { elf, result } = link(weak, strong)
  assert.is(elf.section('.rel.text'), undefined)
  assert.equal(openObject(linkObjects([strong]).bytes, 'x').programs.length, 1)
  assert.equal(result.unresolved, [{ name: 'missing', section: '', weak: false }])
})

test('one object that hides a name hides it, and an extern is weak only where all say so', () => {
  const { elf, result } = link(
    linkable('a.o', [func('work', { visibility: STV.HIDDEN }), variable('CONFIG_X', { section: '.kconfig', weak: true }), variable('gone', { section: '.ksyms', weak: true })]),
    linkable('b.o', [func('work', { insns: nothing }), variable('CONFIG_X', { section: '.kconfig' }), variable('gone', { section: '.ksyms', weak: true })]),
  )
  const symbol = (name: string) => elf.symbols.find((candidate) => candidate.name === name)
  assert.is(symbol('work')?.visibility, STV.HIDDEN)
  assert.equal([symbol('CONFIG_X')?.binding, symbol('gone')?.binding], [STB.GLOBAL, STB.WEAK])
  assert.equal(result.unresolved, [
    { name: 'CONFIG_X', section: '.kconfig', weak: false },
    { name: 'gone', section: '.ksyms', weak: true },
  ])
})

test('data that points to data or code of its object still does', () => {
  const object = (file: string, name: string) =>
    linkable(file, [
      func('callback', { insns: nothing, static: true }),
      variable(name, {
        bytes: new Uint8Array(16),
        relocations: [
          { at: 0, symbol: '.text itself' },
          { at: 8, symbol: name },
        ],
      }),
    ])
  const { elf } = link(object('a.o', 'a'), object('b.o', 'b'))
  const data = elf.section('.data')
  if (data === undefined) throw new Error('no data')
  // The second object's function stands 16 bytes further on.
  assert.equal([contents(elf, '.data')[0], contents(elf, '.data')[16]], [0, 16])
  assert.equal(
    elf.relocationsOf(data).map(({ offset, symbol }) => `${offset} ${symbol.name}`),
    ['0 ', '8 a', '16 ', '24 b'],
  )
})

test('writes equal types once, and keeps the tags of what counts', () => {
  const tagged = (file: string, tag: string, weak: boolean) => linkable(file, [func('work', { insns: nothing, weak, tag })])
  const { btf } = link(tagged('a.o', 'of the weak one', true), tagged('b.o', 'of the other', false))
  const all = Array.from({ length: btf.endId - 1 }, (_, index) => btf.type(index + 1))
  assert.is(all.filter(({ kind, name }) => kind === 'int' && name === 'int').length, 1)
  assert.is(all.filter(({ kind }) => kind === 'func').length, 1)
  assert.equal(all.filter(({ kind }) => kind === 'decl_tag').map(({ name }) => name), ['of the other'])
})

test('links objects of the other byte order, and one alone', () => {
  const object = linkable('a.o', [variable('a', { bytes: word(1) }), func('main', { insns: nothing, section: 'socket' })], { littleEndian: false })
  const { elf, btf } = link(object, linkable('b.o', [variable('b', { bytes: word(2) })], { littleEndian: false }))
  assert.equal([elf.littleEndian, btf.littleEndian], [false, false])
  assert.equal(places(elf, 'b'), ['.data+4'])
  assert.equal(variables(btf, '.data'), ['a 0 4', 'b 4 4'])
  const alone = link(linkable('a.o', [func('main', { insns: nothing, section: 'socket', type: noParameters })]))
  assert.equal(openObject(alone.result.bytes, 'x').license, 'GPL')
  // Nothing is said about its instructions, and libbpf refuses an empty section that says so.
  assert.is(alone.elf.section('.BTF.ext'), undefined)
})

test.run()
