import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Btf, BtfEditor, declaration, KIND, makeInfo, parseBtf, sizeOf } from '../../../src/btf/index.ts'
import { collect } from '../../../src/errors/index.ts'
import { anyType, writeType } from '../../support/any-btf.ts'
import { BtfWriter } from '../../support/btf-writer.ts'
import { objectError, survives } from '../../support/refusals.ts'

const test = suite('btf, hostile')

const where = { file: 'bad.bpf.o', path: '.BTF' }

/** Everything that can be asked of every type. What is refused is passed over; what is no CcdkError is not. */
function readAll(btf: Btf): void {
  for (let id = 0; id < btf.endId + 2; id += 1) {
    const questions: (() => unknown)[] = [
      () => btf.type(id),
      () => btf.name(id),
      () => btf.resolved(id),
      () => sizeOf(btf, id),
      () => declaration(btf, id, 'x'),
      () => [...btf.named(btf.name(id))],
      () => btf.namedEssentially(btf.name(id)),
    ]
    for (const question of questions) collect([], question)
  }
  btf.namesContaining('_')
  new BtfEditor(btf).encode()
}

function sample(): Uint8Array {
  const writer = new BtfWriter()
  const int = writer.int('int', 4, { signed: true })
  const pointer = writer.ptr(writer.ahead(1))
  writer.struct('node', [['next', pointer], ['values', writer.ahead(1)]])
  writer.array(int, 4)
  writer.enum('state', { A: 1, B: 2 })
  writer.enum64('wide', { C: 1n << 40n })
  writer.func('f', writer.proto(int, [['p', pointer], int]))
  const variable = writer.var('v', int)
  writer.datasec('.data', [{ type: variable, offset: 0, size: 4 }], 4)
  writer.union('bits', [['low', int, { bit: 0, bits: 4 }], ['high', int, { bit: 4, bits: 28 }]])
  writer.typedef('t', writer.const(writer.volatile(writer.restrict(writer.typeTag('tag', pointer)))))
  writer.fwd('far')
  writer.float('double', 8)
  writer.declTag('note', int)
  return writer.bytes()
}

/** The header with one of its fields changed; all are words but the first three. */
function poked(offset: number, value: number): Uint8Array {
  const bytes = sample()
  new DataView(bytes.buffer).setUint32(offset, value, true)
  return bytes
}

test('BTF cut anywhere is refused, with the file and a place in it', () => {
  const whole = sample()
  for (let length = 0; length < whole.length; length += 1) {
    const error = objectError(() => parseBtf(whole.subarray(0, length), where))
    assert.is(error.file, 'bad.bpf.o')
    assert.match(error.path, /^\.BTF\/(header|types|strings)/)
  }
})

test('BTF with any one bit flipped is read or refused', () => {
  const whole = sample()
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const bytes = whole.slice()
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    survives(() => readAll(parseBtf(bytes, where)))
  }
})

test('BTF with types of any numbers is read or refused', () => {
  fc.assert(
    fc.property(fc.array(anyType, { maxLength: 20 }), (types) => {
      const writer = new BtfWriter()
      for (const type of types) writeType(writer, type)
      survives(() => readAll(writer.parse()))
    }),
  )
})

test('BTF of any words is read or refused', () => {
  const word = fc.oneof(fc.nat(0xffff_ffff), fc.nat(40), fc.nat(31).map((kind) => makeInfo(kind, 2)))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      const writer = new BtfWriter()
      writer.string('a name')
      writer.raw(words)
      survives(() => readAll(writer.parse()))
    }),
  )
})

test('a header that is not BTF, or points out of the file, is refused', () => {
  const numbers = [0x7fff_fffc, 0x8000_0000, 0xffff_fffc]
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.from('{"types":[]}, and more than 24 bytes'), /not BTF/],
    [poked(0, 0x0002_eb9f), /version 1, not 2/],
    ...[0, 23].map((size): [Uint8Array, RegExp] => [poked(4, size), /a header of at least 24 bytes/]),
    [poked(12, 6), /whole 32-bit words, not 6/],
    ...[8, 12, 16, 20].flatMap((field) => numbers.map((number): [Uint8Array, RegExp] => [poked(field, number), /bytes at offset/])),
    [poked(20, 0), /a string section that starts with the empty string/],
    [poked(20, 3), /a zero byte at the end/],
  ]
  for (const [bytes, expected] of cases) assert.match(objectError(() => parseBtf(bytes, where)).expected, expected)
})

test('a type that the section ends inside is refused, with its number', () => {
  const cut = (...words: number[]) => {
    const writer = new BtfWriter()
    writer.int('int', 4)
    writer.raw(words)
    return objectError(() => parseBtf(writer.bytes(), where))
  }
  for (const words of [[0], [0, makeInfo(KIND.PTR)], [0, makeInfo(KIND.ARRAY), 0, 1, 1], [0, makeInfo(KIND.INT), 4]]) {
    assert.is(cut(...words).path, '.BTF/type[2]')
  }
  assert.match(cut(0, makeInfo(KIND.STRUCT, 65_535), 8, 0, 1, 0).expected, '65535 elements of struct')
  for (const kind of [0, 20, 31]) assert.match(cut(0, makeInfo(kind), 0).expected, `a kind from 1 to 19, not ${kind}`)
})

test('ids and names that do not exist are refused where they are asked for', () => {
  const writer = new BtfWriter()
  const end = writer.string('last') + 'last'.length
  const atEnd = writer.raw([end, makeInfo(KIND.PTR), 0])
  const names = [end + 1, end + 2, 0x7fff_ffff, 0xffff_ffff].map((offset) => writer.raw([offset, makeInfo(KIND.PTR), 0]))
  const pointer = writer.ptr(0xffff_ffff)
  const btf = parseBtf(writer.bytes(), where)
  assert.is(btf.name(atEnd), '')
  for (const id of names) {
    assert.match(objectError(() => btf.name(id)).message, `bad.bpf.o: .BTF/type[${id}]: a name inside the string section`)
  }
  for (const id of [btf.endId, 0x7fff_ffff, 0xffff_ffff]) {
    for (const question of [() => btf.type(id), () => btf.kind(id), () => btf.name(id), () => btf.resolve(id)]) {
      assert.is(objectError(question).path, `.BTF/type[${id}]`)
    }
  }
  assert.match(objectError(() => declaration(btf, pointer, 'x')).expected, `a type id below ${btf.endId}`)
})

test('structs and enums of 65,535 elements are read', () => {
  const writer = new BtfWriter()
  const int = writer.int('int', 4)
  const indexes = Array.from({ length: 0xffff }, (_, index) => index)
  const struct = writer.struct('s', indexes.map((index) => [`m${index}`, int]))
  const proto = writer.proto(0, indexes.map((index) => [`p${index}`, int]))
  const enumeration = writer.enum('e', Object.fromEntries(indexes.map((index) => [`e${index}`, index])))
  const btf = writer.parse()
  const [wide, long, values] = [struct, proto, enumeration].map((id) => btf.type(id))
  assert.is(wide?.kind === 'struct' ? wide.members.at(-1)?.name : '', 'm65534')
  assert.is(long?.kind === 'func_proto' ? long.params.length : 0, 65_535)
  assert.is(values?.kind === 'enum' ? values.values.at(-1)?.value : 0n, 65_534n)
  survives(() => readAll(btf))
})

test('thousands of enumerators that name one long string are refused before they fill the memory', () => {
  const writer = new BtfWriter()
  writer.string('x'.repeat(500_000))
  const words = Array.from({ length: 0xffff }, (_, index) => [1 + index, index]).flat()
  const enumeration = writer.raw([0, makeInfo(KIND.ENUM, 0xffff), 4, ...words])
  const btf = writer.parse()
  assert.match(survives(() => objectError(() => btf.type(enumeration))).message, 'a name of at most 4096 bytes')
})

test('looking up each of 20,000 names that begin alike takes no longer than it should', () => {
  const writer = new BtfWriter()
  const names = Array.from({ length: 19_000 }, (_, index) => `${'x'.repeat(60)}${index}`)
  for (const name of names) writer.fwd(name)
  const btf = writer.parse()
  survives(() => names.map((name) => btf.find(name, 'fwd')))
})

test.run()
